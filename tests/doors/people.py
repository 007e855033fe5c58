"""People, and what they aim at, made by the dozen: each case has its own, and disturbs no other."""

import hashlib
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from tests.browser.server import Server, text_time
from tests.doors.visitor import SESSION, visitor

NORTHWIND, FABRIKAM = 1, 2
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """A tenant of a workspace, or with None the workspace itself."""

    workspace_id: int
    tenant_id: int | None
    slug: str = ""


@dataclass
class Person:
    """Somebody with one role and one session."""

    user_id: int
    membership_id: int
    workspace_id: int
    session_id: int
    client: httpx.AsyncClient


def new_tenant(server: Server, workspace_id: int) -> Place:
    slug = f"tenant-{next(_numbers)}"
    sql = "INSERT INTO tenant (workspace_id, slug, name) VALUES (?, ?, ?)"
    return Place(workspace_id, server.execute(sql, workspace_id, slug, slug.title()), slug)


def new_workspace(server: Server) -> int:
    name = f"workspace-{next(_numbers)}"
    return server.execute("INSERT INTO workspace (slug, name) VALUES (?, ?)", name, name)


def new_person(server: Server, who: str, own: Place) -> Person:
    """Somebody as `who` says (see `rights.WHO`) in the workspace of `own`, or in `own`."""
    number = next(_numbers)
    user_id = server.execute(
        "INSERT INTO user_account (email, name, password_hash) VALUES (?, ?, '!')",
        f"person-{number}@example.test",
        f"Person {number}",
    )
    is_outside = who == "outsider"
    role = {"outsider": "operator", "revoked": "owner", "expired": "owner"}.get(who, who)
    workspace_id = FABRIKAM if is_outside else own.workspace_id
    membership_id = server.execute(
        "INSERT INTO membership (workspace_id, tenant_id, user_id, role) VALUES (?, ?, ?, ?)",
        workspace_id,
        own.tenant_id if role.startswith("tenant_") else None,
        user_id,
        role,
    )
    session_id, token = new_session(server, user_id)
    client = visitor(server)
    client.cookies.set(SESSION, token, domain="127.0.0.1")
    person = Person(user_id, membership_id, workspace_id, session_id, client)
    if who in ("revoked", "expired"):
        take_away(server, person, who)
    return person


def new_session(server: Server, user_id: int) -> tuple[int, str]:
    """A sign-in of a person, and what its cookie holds."""
    now, token = text_time(datetime.now(UTC)), f"token-{next(_numbers)}"
    number = server.execute(
        "INSERT INTO user_session (token_hash, user_id, created_at, last_active_at) "
        "VALUES (?, ?, ?, ?)",
        hashlib.sha256(token.encode()).hexdigest(),
        user_id,
        now,
        now,
    )
    return number, token


def take_away(server: Server, person: Person, how: str) -> None:
    """Revoke the person's role, or let the session run out."""
    if how == "revoked":
        now = text_time(datetime.now(UTC))
        server.execute("UPDATE membership SET revoked_at=? WHERE id=?", now, person.membership_id)
    else:
        past = text_time(datetime.now(UTC) - timedelta(minutes=31))
        server.execute(
            "UPDATE user_session SET last_active_at=? WHERE id=?", past, person.session_id
        )
