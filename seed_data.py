"""A believable world, safe to run again; `--runs N` adds N finished runs for scale."""

import os
import random
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, Role, RunOutcome, Tenant, User, Workspace
from models.columns import utc_now
from services import schema
from services.administration import add_tenant, add_workspace, set_member
from services.auth import hash_password, is_password
from services.database import Database, wait_for_turn
from services.operation_run_service import insert_history
from settings import load_or_create_private, read_settings
from stillwatch.checkout import one_line_errors

_WORKSPACES = {"northwind": "Northwind Traders", "fabrikam": "Fabrikam"}
_TENANTS = {
    "contoso": ("northwind", "Contoso"),
    "adatum": ("northwind", "A. Datum"),
    "wingtip": ("northwind", "Wingtip Toys"),
    "proseware": ("fabrikam", "Proseware"),
}
# local part: (name, workspace, role, tenant)
_PEOPLE = {
    "owner": ("Olivia Owen", "northwind", "owner", None),
    "operator": ("Oskar Pereira", "northwind", "operator", None),
    "auditor": ("Aisha Audu", "northwind", "auditor", None),
    "contoso-admin": ("Carla Admin", "northwind", "tenant_admin", "contoso"),
    "contoso-viewer": ("Viktor Conti", "northwind", "tenant_viewer", "contoso"),
    "outsider": ("Otto Sider", "fabrikam", "operator", None),
}
_KINDS = (
    # type, whether it concerns one tenant, median seconds, median number of items
    ("directory.sync", True, 40, 900),
    ("mailbox.archive", True, 240, 350),
    ("license.reconcile", True, 15, 220),
    ("policy.evaluate", True, 25, 120),
    ("access.review", True, 90, 60),
    ("database.check", False, 4, 8),
    ("database.backup", False, 30, 12),
)
_FAILURES = (
    ("throttled", "The remote service asked to slow down", "HTTP 429, retry after 30 s"),
    ("not_found", "The object is gone", "user 7f3a…"),
    ("permission_denied", "The application lacks a permission", "Directory.Read.All"),
    ("timeout", "No answer within 30 s", "GET /subscriptions"),
)
_BATCH = 10_000
_HISTORY = {"northwind": 120, "fabrikam": 20}


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    """How to sign in to the demo world. `password` is one for all."""

    emails: tuple[str, ...]
    password: str


def seed(database: Database, data_dir: Path, password: str | None) -> DemoAccounts:
    """Put the demo world into the database unless it is there; nothing that exists is changed
    but, when `password` is given, the demo accounts' own."""
    emails = tuple(f"{name}@example.test" for name in _PEOPLE)
    path = data_dir / "demo-password"
    kept = path.read_text("utf-8").strip() if path.exists() else None
    chosen = password or kept or load_or_create_private(path, lambda: secrets.token_urlsafe(9))
    with database.reading() as session:
        stored = _stored_hashes(session, emails)
    if set(stored) < set(emails):
        with database.writing() as session:
            _add_world(session, chosen)
    elif kept != chosen or (password is not None and len(set(stored.values())) > 1):
        _update_passwords(database, stored, chosen)
    if kept != chosen:
        _keep(path, chosen)
    return DemoAccounts(emails, chosen)


def add_runs(database: Database, count: int, tenant: str | None = None) -> None:
    """Add `count` finished runs to northwind, spread over the last 90 days and over its tenants,
    or all of them to the one with the slug `tenant`."""
    with database.reading() as session:
        places, now = _places(session, "northwind", tenant), _now(session)
    history = _history(random.Random(count), places, now, timedelta(days=90), count)
    # In batches, so that other writers get their turn and memory stays small.
    while batch := list(islice(history, _BATCH)):
        with database.writing() as session:
            insert_history(session, batch)


def _stored_hashes(session: Session, emails: tuple[str, ...]) -> dict[str, str]:
    rows = session.execute(
        select(col(User.email), col(User.password_hash)).where(col(User.email).in_(emails))
    ).all()
    return {row.email: row.password_hash for row in rows}


def _keep(path: Path, password: str) -> None:
    """Remember the password in force, so that a later start can print it and compare."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(password + "\n")
    draft.replace(path)


def _add_world(session: Session, password: str) -> None:
    wait_for_turn(session, "demo world")
    for slug, name in _WORKSPACES.items():
        if session.scalar(select(col(Workspace.id)).where(col(Workspace.slug) == slug)) is None:
            add_workspace(session, slug, name)
    for slug, (workspace, name) in _TENANTS.items():
        if session.scalar(select(col(Tenant.id)).where(col(Tenant.slug) == slug)) is None:
            add_tenant(session, workspace, slug, name)
    # One hash for all: the same password anyway, and a hand-made change shows as a difference.
    password_hash = hash_password(password)
    for local, (name, workspace, role, tenant) in _PEOPLE.items():
        email = f"{local}@example.test"
        if session.scalar(select(col(User.id)).where(col(User.email) == email)) is None:
            session.add(User(email=email, name=name, password_hash=password_hash))
            session.flush()
            set_member(session, email, workspace, role, tenant)
    dice, now = random.Random(7), _now(session)
    for workspace, size in _HISTORY.items():
        places = _places(session, workspace)
        if not _has_runs(session, places.workspace_id):
            insert_history(session, _history(dice, places, now, timedelta(days=14), size))


def _has_runs(session: Session, workspace_id: int) -> bool:
    of_workspace = col(OperationRun.workspace_id) == workspace_id
    return session.scalar(select(col(OperationRun.id)).where(of_workspace).limit(1)) is not None


def _update_passwords(database: Database, stored: dict[str, str], password: str) -> None:
    if all(is_password(password, known) for known in set(stored.values())):
        return
    password_hash = hash_password(password)
    with database.writing() as session:
        session.execute(
            update(User).where(col(User.email).in_(stored)).values(password_hash=password_hash)
        )


@dataclass(frozen=True, slots=True)
class _Places:
    workspace_id: int
    tenant_ids: tuple[int, ...]
    user_ids: tuple[int, ...]
    kinds: tuple[tuple[str, bool, int, int], ...]


def _places(session: Session, slug: str, only_tenant: str | None = None) -> _Places:
    workspace_id = session.scalars(
        select(col(Workspace.id)).where(col(Workspace.slug) == slug)
    ).one()
    of_workspace = select(col(Tenant.id)).where(col(Tenant.workspace_id) == workspace_id)
    if only_tenant is not None:
        of_workspace = of_workspace.where(col(Tenant.slug) == only_tenant)
    tenants = session.scalars(of_workspace).all()
    emails = [
        f"{local}@example.test"
        for local, (_name, workspace, role, _tenant) in _PEOPLE.items()
        if workspace == slug and role in {Role.OWNER, Role.OPERATOR}
    ]
    users = session.scalars(select(col(User.id)).where(col(User.email).in_(emails))).all()
    kinds = _KINDS if only_tenant is None else tuple(kind for kind in _KINDS if kind[1])
    return _Places(workspace_id or 0, _known(tenants), _known(users), kinds)


def _known(ids: Sequence[int | None]) -> tuple[int, ...]:
    return tuple(known for known in ids if known is not None)


def _now(session: Session) -> datetime:
    return session.execute(select(utc_now())).scalar_one()


def _history(
    dice: random.Random, places: _Places, now: datetime, span: timedelta, count: int
) -> Iterator[dict[str, Any]]:
    """Finished runs, the oldest first: lists are ordered by id, so ids must follow time."""
    end = now - timedelta(minutes=10)
    for number in range(count):
        kind, is_of_tenant, median_seconds, median_items = dice.choice(places.kinds)
        created = end - span + span * ((number + dice.random()) / count)
        started = created + timedelta(seconds=dice.uniform(0.02, 4))
        seconds = min(median_seconds * dice.lognormvariate(0, 0.7), 590.0)
        outcome = dice.choices(list(RunOutcome), weights=(80, 10, 7, 3))[0]
        counts, failures = _result(dice, outcome, median_items)
        by_hand = bool(places.user_ids) and dice.random() < 0.4
        yield {
            "workspace_id": places.workspace_id,
            "tenant_id": dice.choice(places.tenant_ids) if is_of_tenant else None,
            "initiated_by_user_id": dice.choice(places.user_ids) if by_hand else None,
            "type": kind,
            "outcome": outcome.value,
            "context": {"trigger": "manual" if by_hand else "schedule"},
            "summary_counts": counts,
            "failure_summary": failures,
            "created_at": created,
            "started_at": started,
            "completed_at": started + timedelta(seconds=seconds),
        }


def _result(
    dice: random.Random, outcome: RunOutcome, median_items: int
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    total = int(median_items * dice.lognormvariate(0, 0.6)) + 1
    is_cut = outcome in {RunOutcome.FAILED, RunOutcome.CANCELLED}
    processed = int(total * dice.random()) if is_cut else total
    has_failures = outcome in {RunOutcome.FAILED, RunOutcome.PARTIALLY_SUCCEEDED}
    failed = max(1, int(processed * dice.uniform(0, 0.2))) if has_failures else 0
    processed = max(processed, failed)
    skipped = int((processed - failed) * dice.uniform(0, 0.1))
    counts = {
        "total": max(total, processed),
        "processed": processed,
        "succeeded": processed - failed - skipped,
        "failed": failed,
        "skipped": skipped,
    }
    if not failed:
        return counts, []
    code, message, sample = dice.choice(_FAILURES)
    return counts, [{"code": code, "message": message, "count": failed, "sample": sample}]


@click.command()
@click.option("--runs", default=0, type=click.IntRange(0, 20_000_000), help="Finished runs to add.")
def main(runs: int) -> None:
    """Put the demo world, and --runs more finished runs, into the database."""
    with one_line_errors():
        settings = read_settings(os.environ)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        schema.prepare(settings.database_url)
        with closing(Database(settings.database_url)) as database:
            accounts = seed(database, settings.data_dir, settings.demo_password)
            add_runs(database, runs)
    click.echo(f"demo world ready, {runs} runs added; sign in as {accounts.emails[1]}")


if __name__ == "__main__":
    main()
