"""Each deed by the messages that a browser would send, offered by the page or forged."""

import asyncio
import itertools
import json
from dataclasses import dataclass
from typing import Any

from tests.browser.server import Server
from tests.doors.people import FABRIKAM, NORTHWIND, Person, Place, new_person, new_tenant
from tests.doors.raw_socket import RawSocket
from tests.doors.rights import DEED_PAGES
from tests.doors.visitor import OpenPage, live, open_page

PACK_RUN = "review_pack.generate"
# Deeds whose offer is an event of one of our own elements; others are a click on a button.
_EVENTS = ("generate", "cancel", "retry")
_BUTTONS = {"start": "start-operation"}
_SECONDS = 15.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Aim:
    """The page that a deed is done on, and how to tell in the database that it was done."""

    path: str
    sql: str = ""
    values: tuple[Any, ...] = ()
    row_act: tuple[int, str] | None = None
    bulk: tuple[str, list[int]] | None = None


def places(server: Server, relation: str) -> tuple[Place, Place]:
    """The tenant that a tenant's person has, and what the case aims at."""
    own = new_tenant(server, NORTHWIND)
    if relation == "own tenant":
        return own, own
    if relation == "other tenant":
        return own, new_tenant(server, NORTHWIND)
    if relation == "no tenant":
        return own, Place(NORTHWIND, None)
    return own, new_tenant(server, FABRIKAM)


def new_run(server: Server, at: Place, **columns: object) -> int:
    row = {"workspace_id": at.workspace_id, "tenant_id": at.tenant_id, **columns}
    return server.add_run(**row)  # type: ignore[arg-type]


def aim(server: Server, deed: str, at: Place) -> Aim:
    """Make what the deed is to be done to."""
    if deed == "generate":
        sql = "SELECT COUNT(*) FROM review_pack WHERE tenant_id=?"
        return Aim(f"/tenants/{at.slug}", sql, (at.tenant_id,))
    if deed == "start":
        return Aim("/operations")
    if deed.startswith("bulk"):
        return _aim_in_bulk(server, deed, at)
    if deed == "delete view":
        return _aim_at_view(server, at)
    if deed in DEED_PAGES:
        return _aim_at_record(server, deed, at)
    kind = {"type": PACK_RUN} if deed.endswith("pack run") else {"type": "database.check"}
    if deed.startswith("retry"):
        run = new_run(server, at, status="completed", outcome="failed", runner="worker", **kind)
        _add_pack(server, at, run, "failed", deed)
        return Aim(f"/operations/{run}")
    run = new_run(server, at, status="running", **kind)
    _add_pack(server, at, run, "generating", deed)
    sql = "SELECT COUNT(*) FROM operation_run WHERE id=? AND (cancel_requested_at IS NOT NULL"
    return Aim(f"/operations/{run}", f"{sql} OR status='completed')", (run,))


def _aim_in_bulk(server: Server, deed: str, at: Place) -> Aim:
    """A run in the list; that it is dealt with is asked for, and left to a worker."""
    action = deed.split()[1]
    columns = {"type": "database.check", "runner": "worker"}
    if action == "retry":
        run = new_run(server, at, status="completed", outcome="failed", **columns)
    else:
        run = new_run(server, at, status="running", **columns)
    sql = "SELECT COUNT(*) FROM bulk_item WHERE target_run_id=?"
    return Aim("/operations", sql, (run,), bulk=(action, [run]))


def _aim_at_record(server: Server, deed: str, at: Place) -> Aim:
    """A member with a session, or a token, of the workspace; `act` is what its row offers."""
    path, act = DEED_PAGES[deed], "end" if deed == "end session" else "revoke"
    if deed == "revoke token":
        sql = "INSERT INTO api_token (workspace_id, name, token_hash) VALUES (?, ?, ?)"
        name = f"token-{next(_numbers)}"
        number, table = server.execute(sql, at.workspace_id, name, name), "api_token"
    else:
        someone = new_person(server, "operator" if at.workspace_id == NORTHWIND else "outsider", at)
        is_session = deed == "end session"
        number = someone.session_id if is_session else someone.membership_id
        table = "user_session" if is_session else "membership"
    sql = f"SELECT COUNT(*) FROM {table} WHERE id=? AND revoked_at IS NOT NULL"
    return Aim(path, sql, (number,), (number, act))


def _aim_at_view(server: Server, at: Place) -> Aim:
    """A view that somebody else shares in the workspace."""
    someone = new_person(server, "operator" if at.workspace_id == NORTHWIND else "outsider", at)
    sql = "INSERT INTO saved_view (workspace_id, user_id, name, query, is_shared)"
    view = server.execute(
        f"{sql} VALUES (?, ?, 'Failed', 'outcome=failed', 1)", at.workspace_id, someone.user_id
    )
    gone = "SELECT COUNT(*) = 0 FROM saved_view WHERE id=?"
    return Aim(DEED_PAGES["delete view"], gone, (view,), (view, "delete"))


def _add_pack(server: Server, at: Place, run: int, status: str, deed: str) -> None:
    if deed.endswith("pack run"):
        columns = {"workspace_id": at.workspace_id, "tenant_id": at.tenant_id}
        server.add_pack(status, operation_run_id=run, **columns)


def event_of(page: OpenPage, deed: str, goal: Aim) -> dict[str, Any] | None:
    """What a click would send; None where nobody listens for one."""
    if goal.row_act is not None:
        tables = [n for n, one in page.elements.items() if _listens(one, "act")]
        return page.message(tables[0], "act", *goal.row_act) if tables else None
    if goal.bulk is not None:
        tables = [n for n, one in page.elements.items() if _listens(one, "bulk")]
        return page.message(tables[0], "bulk", *goal.bulk) if tables else None
    kind = deed.split()[0]
    if kind in _EVENTS:
        found = [n for n, one in page.elements.items() if _listens(one, kind)]
    else:
        kind, marked = "click", page.find(_BUTTONS[kind])
        found = [] if marked is None else [marked]
    return page.message(found[0], kind) if found else None


def _listens(element: dict[str, Any], kind: str) -> bool:
    return any(one["type"] == kind for one in element.get("events", []))


async def ask(socket: RawSocket, page: OpenPage, deed: str, goal: Aim) -> bool:
    """Send the first click, offered or not; whether the page answers with its question."""
    event = event_of(page, deed, goal)
    if event is None:
        return False
    await socket.say("event", event)
    # Answered in turn, after what the click has led to; no browser shakes hands twice.
    query = {"client_id": page.client_id, "tab_id": page.tab_id, "document_id": "1"}
    await socket.say("handshake", query, number=1)
    await socket.until(lambda: 1 in socket.answers)
    await socket.until(
        lambda: "confirm-dialog" in json.dumps(socket.heard), _patience(page, event, deed)
    )
    page.take(socket.heard)
    return page.find("confirm") is not None


def _patience(page: OpenPage, event: dict[str, Any], deed: str) -> float:
    """How long to wait for a question that may never come; what is offered surely asks one."""
    view = page.elements[event["id"]].get("props", {}).get("view")
    is_withheld = isinstance(view, dict) and view.get(deed.split()[0]) is False
    return 0.5 if is_withheld else 3.0


async def confirm(socket: RawSocket, page: OpenPage) -> None:
    """Send the second click and wait for what the page says to it."""
    element = page.find("confirm")
    assert element is not None
    before = len(socket.heard)
    await socket.say("event", page.message(element))

    def is_answered() -> bool:
        news = socket.heard[before:]
        is_told = any(name in ("notify", "open") for name, _ in news)
        return is_told or '"model-value": false' in json.dumps(news) or _is_over(news)

    await socket.until(is_answered, _SECONDS)
    await asyncio.sleep(0)


def _is_over(news: list[tuple[str, Any]]) -> bool:
    return "signed out" in json.dumps(news)


def is_done(server: Server, goal: Aim, socket: RawSocket) -> bool:
    """Whether the deed was done; a start or retry leads to the run that does it."""
    if goal.sql:
        return server.count(goal.sql, *goal.values) > 0
    is_led = any(name == "open" and "/operations/" in str(m) for name, m in socket.heard)
    # The one run of an instance may be another's: that is told only to who may start it.
    return is_led or "busy with this" in json.dumps(socket.heard)


async def attempt(server: Server, person: Person, deed: str, goal: Aim, between: Any = None) -> str:
    """Try all of it: `hidden`, `refused`, or `done`. `between` comes before the second click."""
    page = await open_page(person.client, goal.path)
    if page.status != 200:
        return "hidden"
    async with live(server, page) as socket:
        assert socket.is_in
        if not await ask(socket, page, deed, goal):
            return "done" if is_done(server, goal, socket) else "refused"
        if between is not None:
            between()
        await confirm(socket, page)
        if not goal.sql:  # what leads to a run is said before the page goes there
            await socket.until(lambda: is_done(server, goal, socket), 1.5)
        return "done" if is_done(server, goal, socket) else "refused"
