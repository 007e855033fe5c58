"""What the contract says of who may do what, written out by hand and independent of the code.

A new page, listener or action is to be classified here: what it is, and who may use it.
"""

from itertools import product

WORKSPACE_ROLES = ("owner", "operator", "auditor")
ROLES = (*WORKSPACE_ROLES, "tenant_admin", "tenant_viewer")
# Besides the roles: of another workspace, without a session, without a role, and run out.
WHO = (*ROLES, "outsider", "nobody", "revoked", "expired")
RELATIONS = ("own tenant", "other tenant", "no tenant", "other workspace")

SEES = {
    "own tenant": ROLES,
    "other tenant": WORKSPACE_ROLES,
    "no tenant": WORKSPACE_ROLES,
    "other workspace": ("outsider",),
}
# deed: by what it aims at, whoever may do it; where there is nothing to aim at, it is left out.
_RUNNERS = ("owner", "operator")
_ANY_RUN = {**dict.fromkeys(RELATIONS[:3], _RUNNERS), "other workspace": ("outsider",)}
DEEDS = {
    "cancel": _ANY_RUN,
    "cancel pack run": {
        "own tenant": (*_RUNNERS, "tenant_admin"),
        "other tenant": _RUNNERS,
        "other workspace": ("outsider",),
    },
    "retry": {"no tenant": _RUNNERS, "other workspace": ("outsider",)},
    "retry pack run": {
        "own tenant": (*_RUNNERS, "tenant_admin"),
        "other tenant": _RUNNERS,
        "other workspace": ("outsider",),
    },
    "generate": {
        "own tenant": (*_RUNNERS, "tenant_admin"),
        "other tenant": _RUNNERS,
        "other workspace": ("outsider",),
    },
    "bulk cancel": _ANY_RUN,
    "bulk retry": _ANY_RUN,
    # In one's own workspace: the page shows no other.
    "start": {"no tenant": (*_RUNNERS, "outsider")},
    # At a member, a session or a token of the workspace that the page is about, and of another.
    "revoke member": {"no tenant": ("owner",), "other workspace": ()},
    "end session": {"no tenant": ("owner",), "other workspace": ()},
    "revoke token": {"no tenant": ("owner",), "other workspace": ()},
    # At a view that a colleague shares.
    "delete view": {"no tenant": ("owner",), "other workspace": ()},
}
# Deeds that are done on a page of their own, whatever they aim at.
DEED_PAGES = {
    "start": "/operations",
    "bulk cancel": "/operations",
    "bulk retry": "/operations",
    "revoke member": "/admin/members",
    "end session": "/admin/sessions",
    "revoke token": "/admin/tokens",
    "delete view": "/operations",
}
DOWNLOADS = {
    "own tenant": (*WORKSPACE_ROLES, "tenant_admin"),
    "other tenant": WORKSPACE_ROLES,
    "other workspace": ("outsider",),
}

# Every action of the code: where its cases are.
ACTIONS = {
    "see": "pages",
    "start": "deeds: start",
    "start_instance_wide": "tests/services/test_operations.py",
    "cancel_or_retry": "deeds: cancel, retry, bulk cancel, bulk retry",
    "generate_pack": "deeds: generate",
    "download_pack": "downloads",
    "audit": "pages",
    "administer": "pages; deeds: revoke, end, delete view",
    "acknowledge": "tests/services/test_acknowledgements.py",
}

_MEMBERS = (*ROLES, "outsider")
# Pages that aim at nothing: who gets them. Everybody else gets what a missing page answers.
PAGES = {
    "/": (*_MEMBERS, "revoked"),
    "/operations": _MEMBERS,
    "/tenants": _MEMBERS,
    "/overview": _MEMBERS,
    "/account": (*_MEMBERS, "revoked"),
    "/notifications": (*_MEMBERS, "revoked"),
    "/settings/notifications": (*_MEMBERS, "revoked"),
    **{
        f"/admin/{page}": ("owner",)
        for page in ("workspace", "tenants", "members", "sessions", "tokens", "notifications")
    },
    "/refresh": ("owner", "auditor"),
    "/admin/audit": ("owner", "auditor"),
    "/admin/audit/export.csv": ("owner", "auditor"),
    "/operations/export.csv": _MEMBERS,
}
AIMED_PAGES = ("/operations/{run_id}", "/tenants/{slug}")
# What answers without a session, or looks at something else than one.
OPEN = {
    "/login": "a form; POST carries a token of its own",
    "/healthz": "tells nothing",
    "/readyz": "tells nothing",
    "/metrics": "for the machine itself or with a token: test_doors",
    "/static": "the same files for everybody",
    "/favicon.ico": "the same file for everybody",
    "/api/docs": "the same page for everybody",
    "/api/v1/openapi.json": "the same document for everybody",
    "/_nicegui_ws": "the socket: test_socket_door",
    **{
        f"/_nicegui/VERSION/{kind}": "the framework's files, the same for everybody"
        for kind in (
            "static",
            "libraries/{key:path}",
            "components/{key:path}",
            "resources/{key}/{path:path}",
            "dynamic_resources/{name}",
            "esm/{key}/{path:path}",
        )
    },
}
# Behind a session, and of everybody who has one; or behind a token.
OTHER = {
    "POST /language": "sets the cookie of whoever asks, and goes back to a page of ours",
    "POST /account/password": "of the account that is signed in, by a token of its own",
    "POST /logout": "ends the session that it comes with, by a token of its own",
    "/{path:path}": "what nobody serves",
    "/review-packs/{pack_id}/download": "downloads",
}
API_PREFIX = "/api/v1/"

# Every listener of every page: `mark or tag`, and what it listens for.
LISTENERS = {
    "q-layout visibility": "a report that makes us ask less",
    "q-layout standing": "a report: what was missed is shown again, to who may still see it",
    "q-layout sub_pages_open": "the framework's; we have no sub-pages",
    "q-layout sub_pages_navigate": "the framework's; we have no sub-pages",
    "q-layout connected": "a report",
    "start-operation click": "deeds: start",
    "new-runs click": "goes to a page",
    "saved_views save": "opens a form; one's own view: tests/services/test_saved_views.py",
    "saved_views act": "deeds: delete view; what is in the menu",
    "run_actions cancel": "deeds: cancel",
    "run_actions retry": "deeds: retry",
    "run_actions wish": "asks by Action.SEE of the run",
    "refresh-pack click": "reads by the page's own rights",
    "run_table bulk": "deeds: bulk cancel, bulk retry; of what is in the table",
    "pack_card generate": "deeds: generate",
    "keyboard help": "opens the sheet of shortcuts",
    "keyboard refresh": "reads by the page's own rights",
    "shell help": "opens the sheet of shortcuts",
    "overview_failures acknowledge": "asks by Action.ACKNOWLEDGE",
    "overview_failures withdraw": "asks by Action.ACKNOWLEDGE",
    "record_table act": "deeds: revoke member, end session, revoke token; what is in the table",
    "add-workspace click": "opens a form; the deed asks by Action.ADMINISTER",
    "add-tenant click": "opens a form; the deed asks by Action.ADMINISTER",
    "add-member click": "opens a form; the deed asks by Action.ADMINISTER",
    "create-token click": "opens a form; the deed asks by Action.ADMINISTER",
    "add-channel click": "opens a form; one's own, or the deed asks by Action.ADMINISTER",
    "mark-all-read click": "one's own notifications",
    "tell-me update:modelValue": "fills in a form",
    "set-retention click": "opens a form; the deed asks by Action.ADMINISTER",
    "change-name click": "one's own name",
    "end-others click": "one's own sessions",
    # In dialogs.
    "confirm click": "the deed of the dialog",
    "dismiss click": "closes the dialog",
    "secret-done click": "closes the dialog",
    "dialog hide": "removes the dialog",
    "dialog update:modelValue": "closes the dialog",
    "member-role update:modelValue": "fills in a form",
    "member-tenant update:modelValue": "fills in a form",
    "channel-events update:modelValue": "fills in a form",
    "operation-type update:modelValue": "fills in a form",
    "option-depth update:modelValue": "fills in a form",
    "operation-tenant update:modelValue": "fills in a form",
    "pack-period update:modelValue": "fills in a form",
    "pack-first-day update:modelValue": "fills in a form",
    "pack-last-day update:modelValue": "fills in a form",
    "pack-failure-details update:modelValue": "fills in a form",
}
# What ends like this only fills in a form, or is heard by the framework's own element.
FORM_EVENTS = ("update:value", "popupShow", "popupHide", "keydown")


def page_cases() -> list[tuple[str, str, str]]:
    """(page, who, relation); for pages that aim at nothing the relation is empty."""
    plain = [(page, who, "") for page, who in product(PAGES, WHO)]
    aimed = [
        (page, who, relation)
        for page, who, relation in product(AIMED_PAGES, WHO, RELATIONS)
        if not (page.startswith("/tenants") and relation == "no tenant")
    ]
    return plain + aimed


def deed_cases() -> list[tuple[str, str, str]]:
    """(deed, who, relation)."""
    return [(deed, who, relation) for deed, of in DEEDS.items() for who in WHO for relation in of]


def meanwhile_cases() -> list[tuple[str, str, str, str]]:
    """(deed, who, relation, how the right is lost between the question and the answer)."""
    return [
        (deed, who, relation, how)  # of each kind of aim: the right is the same for all who have it
        for deed, of in DEEDS.items()
        for relation, allowed in of.items()
        for who in allowed
        for how in ("revoked", "expired")
    ]


def download_cases() -> list[tuple[str, str, str]]:
    """(who, relation, state of the pack)."""
    return list(product(WHO, DOWNLOADS, ("queued", "expired")))
