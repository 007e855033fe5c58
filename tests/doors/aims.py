"""What each deed is done to, made for the case, and what proves that it was done."""

import hashlib
import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.browser.server import Server, text_time
from tests.doors.people import (
    FABRIKAM,
    NORTHWIND,
    Person,
    Place,
    new_person,
    new_session,
    new_tenant,
    new_workspace,
)
from tests.doors.rights import DEED_PAGES

PACK_RUN = "review_pack.generate"
_BUTTONS = {
    "start": "start-operation",
    "add tenant": "add-tenant",
    "add member": "add-member",
    "create token": "create-token",
    "add workspace": "add-workspace",
    "set retention": "set-retention",
    "change name": "change-name",
    "end own others": "end-others",
}
# What a row of a table, or of the menu of views, is asked for.
_ACTS = {
    "rename tenant": "rename",
    "rename workspace": "rename",
    "change member": "change",
    "revoke member": "revoke",
    "revoke token": "revoke",
    "end session": "end",
    "end own session": "end",
    "end all sessions": "all",
    "share view": "share",
    "unshare view": "unshare",
    "delete view": "delete",
    "delete shared view": "delete",
}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Aim:
    """The page that a deed is done on, what is filled in, and what proves that it was done.

    The first click is on `mark`, or is what a component says: an event with arguments.
    """

    path: str
    sql: str = ""
    values: tuple[Any, ...] = ()
    mark: str = ""
    event: tuple[Any, ...] = ()
    fields: tuple[tuple[str, Any], ...] = ()


def places(server: Server, deed: str, relation: str) -> tuple[Place, Place]:
    """The tenant that a tenant's person has, and what the case aims at."""
    # What shows all of a workspace is tried in a small one, that nobody else's case is in.
    is_apart = deed in DEED_PAGES and deed != "start"
    own = new_tenant(server, new_workspace(server) if is_apart else NORTHWIND)
    if relation in ("own tenant", "own", "another's"):
        return own, own
    if relation == "other tenant":
        return own, new_tenant(server, own.workspace_id)
    if relation == "no tenant":
        return own, Place(own.workspace_id, None)
    return own, new_tenant(server, FABRIKAM)


def new_run(server: Server, at: Place, **columns: object) -> int:
    row = {"workspace_id": at.workspace_id, "tenant_id": at.tenant_id, **columns}
    return server.add_run(**row)  # type: ignore[arg-type]


def aim(server: Server, deed: str, at: Place, whose: Person | None = None) -> Aim:
    """Make what the deed is to be done to: of a place, or of a person."""
    if deed == "generate":
        sql = "SELECT COUNT(*) FROM review_pack WHERE tenant_id=?"
        return Aim(f"/tenants/{at.slug}", sql, (at.tenant_id,), event=("generate",))
    if deed == "start":
        return Aim(DEED_PAGES[deed], mark=_BUTTONS[deed])
    if deed not in DEED_PAGES:
        return _aim_at_run(server, deed, at)
    if deed.startswith("bulk"):
        return _aim_in_bulk(server, deed, at)
    if deed in ("acknowledge", "withdraw"):
        return _aim_at_failure(server, deed, at)
    if deed.endswith("view"):
        return _aim_at_view(server, deed, whose or _colleague(server, at))
    if deed == "change name" or deed.startswith("end own"):
        return _aim_at_account(server, deed, whose or _colleague(server, at))
    return _aim_at_form(deed, at) if deed in _BUTTONS else _aim_at_record(server, deed, at)


def _aim_at_run(server: Server, deed: str, at: Place) -> Aim:
    event = (deed.split()[0],)
    kind = {"type": PACK_RUN} if deed.endswith("pack run") else {"type": "database.check"}
    if deed.startswith("retry"):
        run = new_run(server, at, status="completed", outcome="failed", runner="worker", **kind)
        _add_pack(server, at, run, "failed", deed)
        return Aim(f"/operations/{run}", event=event)
    run = new_run(server, at, status="running", **kind)
    _add_pack(server, at, run, "generating", deed)
    sql = "SELECT COUNT(*) FROM operation_run WHERE id=? AND (cancel_requested_at IS NOT NULL"
    return Aim(f"/operations/{run}", f"{sql} OR status='completed')", (run,), event=event)


def _aim_in_bulk(server: Server, deed: str, at: Place) -> Aim:
    """A run in the list; that it is dealt with is asked for, and left to a worker."""
    action = deed.split()[1]
    columns = {"type": "database.check", "runner": "worker"}
    if action == "retry":
        run = new_run(server, at, status="completed", outcome="failed", **columns)
    else:
        run = new_run(server, at, status="running", **columns)
    sql = "SELECT COUNT(*) FROM bulk_item WHERE target_run_id=?"
    return Aim(DEED_PAGES[deed], sql, (run,), event=("bulk", action, [run]))


def _colleague(server: Server, at: Place) -> Person:
    """Somebody else who works where the deed aims at."""
    return new_person(server, "outsider" if at.workspace_id == FABRIKAM else "operator", at)


def _add_pack(server: Server, at: Place, run: int, status: str, deed: str) -> None:
    if deed.endswith("pack run"):
        columns = {"workspace_id": at.workspace_id, "tenant_id": at.tenant_id}
        server.add_pack(status, operation_run_id=run, **columns)


def _aim_at_form(deed: str, at: Place) -> Aim:
    """What is new, and named by the case."""
    new, here = f"new-{next(_numbers)}", at.workspace_id
    email = f"{new}@example.test"
    field, value, sql, values = {
        "add tenant": ("tenant-slug", new, "tenant WHERE slug=?", (new,)),
        "add workspace": ("workspace-slug", new, "workspace WHERE slug=?", (new,)),
        "create token": ("token-name", new, "api_token WHERE name=?", (new,)),
        "set retention": (
            "retention-runs-days",
            "77",
            "workspace WHERE retention_runs_days=77 AND id=?",
            (here,),
        ),
        "add member": (
            "member-email",
            email,
            "membership m JOIN user_account u ON u.id = m.user_id WHERE u.email=?",
            (email,),
        ),
    }[deed]
    mark, fields = _BUTTONS[deed], ((field, value),)
    return Aim(DEED_PAGES[deed], f"SELECT COUNT(*) FROM {sql}", values, mark, fields=fields)


def _aim_at_record(server: Server, deed: str, at: Place) -> Aim:
    """A row of one of the tables, and what it is asked for."""
    act, subject = _ACTS[deed], deed.split()[-1]
    if subject in ("tenant", "workspace"):
        return _aim_at_name(server, deed, at)
    if subject == "token":
        sql = "INSERT INTO api_token (workspace_id, name, token_hash) VALUES (?, ?, ?)"
        name = f"token-{next(_numbers)}"
        number, table = server.execute(sql, at.workspace_id, name, name), "api_token"
    else:
        someone = _colleague(server, at)
        new_session(server, someone.user_id)
        is_member = subject == "member"
        number = someone.membership_id if is_member else someone.session_id
        table = "membership" if is_member else "user_session"
    event = ("act", number, act)
    if deed == "change member":
        # A changed role is another row.
        sql = "SELECT COUNT(*) FROM membership WHERE user_id=? AND role='auditor'"
        fields = (("member-role", {"value": 2, "label": "Auditor"}),)
        return Aim(DEED_PAGES[deed], sql, (someone.user_id,), event=event, fields=fields)
    sql = f"SELECT COUNT(*) FROM {table} WHERE id=? AND revoked_at IS NOT NULL"
    return Aim(DEED_PAGES[deed], sql, (number,), event=event)


def _aim_at_name(server: Server, deed: str, at: Place) -> Aim:
    table, new = deed.split()[-1], f"New name {next(_numbers)}"
    number: Any = at.workspace_id
    if table == "tenant":
        number = at.tenant_id or new_tenant(server, at.workspace_id).tenant_id
    sql = f"SELECT COUNT(*) FROM {table} WHERE id=? AND name=?"
    event, fields = ("act", number, _ACTS[deed]), ((f"{table}-name", new),)
    return Aim(DEED_PAGES[deed], sql, (number, new), event=event, fields=fields)


def _aim_at_failure(server: Server, deed: str, at: Place) -> Aim:
    """A failure of just now, that nobody has said anything about, or that somebody has."""
    code = f"code-{next(_numbers)}"
    run = new_run(
        server,
        at,
        status="completed",
        outcome="failed",
        completed_at=text_time(datetime.now(UTC)),
        failure_summary=json.dumps([{"code": code, "message": "It failed."}]),
    )
    key = hashlib.sha256(f"directory.sync\0{code}".encode()).hexdigest()[:32]
    sql = "SELECT COUNT(*) FROM failure_acknowledgement WHERE fingerprint=?"
    if deed == "withdraw":
        sql += " AND withdrawn_at IS NOT NULL"
        server.execute(
            "INSERT INTO failure_acknowledgement (workspace_id, fingerprint, type, code, covers) "
            "VALUES (?, ?, 'directory.sync', ?, ?)",
            *(at.workspace_id, key, code, json.dumps([[at.tenant_id, run]])),
        )
    return Aim(DEED_PAGES[deed], sql, (key,), event=(deed, key))


def _aim_at_view(server: Server, deed: str, whose: Person) -> Aim:
    name, is_shared = f"View {next(_numbers)}", deed in ("unshare view", "delete shared view")
    path = DEED_PAGES[deed]
    if deed == "save view":
        sql = "SELECT COUNT(*) FROM saved_view WHERE user_id=? AND name=?"
        fields = (("view-name", name),)
        return Aim(path, sql, (whose.user_id, name), event=("save",), fields=fields)
    number = server.execute(
        "INSERT INTO saved_view (workspace_id, user_id, name, query, is_shared) "
        "VALUES (?, ?, ?, 'outcome=failed', ?)",
        *(whose.workspace_id, whose.user_id, name, is_shared),
    )
    event = ("act", number, _ACTS[deed])
    if deed.startswith("delete"):
        return Aim(path, "SELECT NOT COUNT(*) FROM saved_view WHERE id=?", (number,), event=event)
    sql = "SELECT COUNT(*) FROM saved_view WHERE id=? AND is_shared=?"
    return Aim(path, sql, (number, not is_shared), event=event)


def _aim_at_account(server: Server, deed: str, whose: Person) -> Aim:
    if deed == "change name":
        name = f"New name {next(_numbers)}"
        sql = "SELECT COUNT(*) FROM user_account WHERE id=? AND name=?"
        fields = (("account-name", name),)
        return Aim(DEED_PAGES[deed], sql, (whose.user_id, name), _BUTTONS[deed], fields=fields)
    other, _ = new_session(server, whose.user_id)
    sql = "SELECT COUNT(*) FROM user_session WHERE id=? AND revoked_at IS NOT NULL"
    if deed == "end own others":
        return Aim(DEED_PAGES[deed], sql, (other,), _BUTTONS[deed])
    return Aim(DEED_PAGES[deed], sql, (other,), event=("act", other, _ACTS[deed]))
