"""Where one can go: the entries of the navigation, and who is offered each."""

from dataclasses import dataclass

from policy.access import Action
from policy.wording import said


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; `icon` is a Material icon, `key` what a page calls itself."""

    key: str
    group: str
    label: str
    href: str
    icon: str
    action: Action = Action.SEE


def _administration(
    key: str, label: str, icon: str, path: str = "", action: Action = Action.ADMINISTER
) -> Place:
    return Place(key, said("Administration"), label, f"/admin/{path or key}", icon, action)


PLACES = (
    Place("overview", said("Monitoring"), said("Overview"), "/overview", "insights"),
    Place("operations", said("Monitoring"), said("Operations"), "/operations", "list_alt"),
    Place("tenants", said("Monitoring"), said("Tenants"), "/tenants", "apartment"),
    Place("refresh", said("Monitoring"), said("Refresh"), "/refresh", "speed", Action.AUDIT),
    _administration("workspace", said("Workspace"), "domain"),
    _administration("tenant-keeping", said("Manage tenants"), "add_business", "tenants"),
    _administration("members", said("Members"), "group"),
    _administration("sessions", said("Sessions"), "devices"),
    _administration("tokens", said("Tokens"), "vpn_key"),
    _administration("notification-keeping", said("Notifications"), "campaign", "notifications"),
    _administration("audit", said("Audit trail"), "fact_check", action=Action.AUDIT),
)
