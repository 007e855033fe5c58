"""Where one can go: the entries of the navigation, and who is offered each."""

from dataclasses import dataclass

from policy.access import Action
from policy.wording import said


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; `icon` is a Material icon, `key` what a page calls itself.

    `letter` is what takes there after `g`.
    """

    key: str
    group: str
    label: str
    href: str
    icon: str
    action: Action = Action.SEE
    letter: str = ""


_MONITORING = said("Monitoring")

PLACES = (
    Place(
        "operations", said("Monitoring"), said("Operations"), "/operations", "list_alt", letter="o"
    ),
    Place("tenants", said("Monitoring"), said("Tenants"), "/tenants", "apartment", letter="t"),
)
