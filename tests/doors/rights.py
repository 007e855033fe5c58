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
_MEMBERS = (*ROLES, "outsider")
_SIGNED_IN = (*_MEMBERS, "revoked")
# deed: by what it aims at, whoever may do it; where there is nothing to aim at, it is left out.
_RUNNERS = ("owner", "operator")
_OF_THE_OWNER = {"no tenant": ("owner",), "other workspace": ()}
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
    "rename tenant": _OF_THE_OWNER,
    "change member": _OF_THE_OWNER,
    "revoke member": _OF_THE_OWNER,
    "end session": _OF_THE_OWNER,
    "end all sessions": _OF_THE_OWNER,
    "revoke token": _OF_THE_OWNER,
    "rename workspace": _OF_THE_OWNER,
    # What is new, or the page's own, aims at no other workspace.
    "add tenant": {"no tenant": ("owner",)},
    "add member": {"no tenant": ("owner",)},
    "create token": {"no tenant": ("owner",)},
    "add workspace": {"no tenant": ("owner",)},
    "set retention": {"no tenant": ("owner",)},
    # Whose trouble it is, is said by those who run the workspace, about all that they see.
    "acknowledge": _ANY_RUN,
    "withdraw": _ANY_RUN,
    # One's own account is one's own, with a role or without.
    "change name": {"own": _SIGNED_IN},
    "end own session": {"own": _SIGNED_IN, "another's": ()},
    "end own others": {"own": _SIGNED_IN},
    # A view is its owner's; shared ones are seen by all of the workspace, and tidied up by owners.
    "save view": {"own": _MEMBERS},
    "share view": {"own": (*WORKSPACE_ROLES, "outsider"), "another's": ()},
    "unshare view": {"own": _MEMBERS, "another's": ()},
    "delete view": {"own": _MEMBERS, "another's": ()},
    "delete shared view": {"own": _MEMBERS, "another's": ("owner",), "other workspace": ()},
}
# Deeds that are done on a page of their own, whatever they aim at.
DEED_PAGES = {
    "start": "/operations",
    **dict.fromkeys(("bulk cancel", "bulk retry"), "/operations"),
    **dict.fromkeys(("add tenant", "rename tenant"), "/admin/tenants"),
    **dict.fromkeys(("add member", "change member", "revoke member"), "/admin/members"),
    **dict.fromkeys(("end session", "end all sessions"), "/admin/sessions"),
    **dict.fromkeys(("create token", "revoke token"), "/admin/tokens"),
    **dict.fromkeys(("add workspace", "rename workspace", "set retention"), "/admin/workspace"),
    **dict.fromkeys(("acknowledge", "withdraw"), "/overview"),
    **dict.fromkeys(("change name", "end own session", "end own others"), "/account"),
    **dict.fromkeys(
        ("save view", "share view", "unshare view", "delete view", "delete shared view"),
        "/operations",
    ),
}
# What needs a sign-in alone is not lost with a role.
NEEDS_NO_ROLE = ("change name", "end own session", "end own others")
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
    "administer": "pages; deeds: add, create, rename, change, revoke, end, set",
    "acknowledge": "deeds: acknowledge, withdraw",
}

# Pages that aim at nothing: who gets them. Everybody else gets what a missing page answers.
PAGES = {
    "/": _SIGNED_IN,
    "/operations": _MEMBERS,
    "/tenants": _MEMBERS,
    "/overview": _MEMBERS,
    "/account": _SIGNED_IN,
    "/notifications": _SIGNED_IN,
    "/settings/notifications": _SIGNED_IN,
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
    "q-layout connected": "a report",
    "start-operation click": "deeds: start",
    "new-runs click": "goes to a page",
    "saved_views save": "deeds: save view",
    "saved_views act": "deeds: share, unshare, delete view; only what is in the menu",
    "run_actions cancel": "deeds: cancel",
    "run_actions retry": "deeds: retry",
    "run_actions wish": "asks by Action.SEE of the run",
    "refresh-pack click": "reads by the page's own rights",
    "run_table bulk": "deeds: bulk cancel, bulk retry; of what is in the table",
    "pack_card generate": "deeds: generate",
    "shell help": "opens the sheet of shortcuts",
    "shell refresh": "reads by the page's own rights",
    "overview_failures acknowledge": "deeds: acknowledge",
    "overview_failures withdraw": "deeds: withdraw",
    "record_table act": "deeds: rename, change, revoke, end; only what is in the table",
    "add-workspace click": "deeds: add workspace",
    "add-tenant click": "deeds: add tenant",
    "add-member click": "deeds: add member",
    "create-token click": "deeds: create token",
    "add-channel click": "opens a form; one's own, or the deed asks by Action.ADMINISTER",
    "mark-all-read click": "one's own notifications",
    "tell-me update:modelValue": "fills in a form",
    "set-retention click": "deeds: set retention",
    "change-name click": "deeds: change name",
    "end-others click": "deeds: end own others",
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

# The fields of a form whose names are an operation's or a pack's own.
FORM_FIELDS = ("option-", "pack-section-")


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
        if how == "expired" or deed not in NEEDS_NO_ROLE
    ]


def download_cases() -> list[tuple[str, str, str]]:
    """(who, relation, state of the pack)."""
    return list(product(WHO, DOWNLOADS, ("queued", "expired")))
