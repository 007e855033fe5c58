"""The audit trail as people read it: who did what to what and when, in bounded time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from models import AuditEntry
from services import audit_trail
from services.administration import add_user, add_workspace
from services.audit_filter import AuditFilter
from services.audit_trail import AuditPage, find_actions, find_entries
from services.database import Database
from tests.databases import sqlite_only

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA, BOB = "ada@example.test", "bob@example.test"
TABLE = AuditEntry.metadata.tables["audit_entry"]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        for slug in ("northwind", "fabrikam"):
            add_workspace(session, slug, slug.title())
        for email in (ADA, BOB):
            add_user(session, email, email.split("@")[0].title(), "correct horse")
        session.execute(TABLE.delete())
        yield session


def test_a_workspace_s_trail_holds_nothing_of_another_or_of_none(session: Session) -> None:
    add(session, ["run.requested", "run.claimed"])
    add(session, ["secret.deed"], workspace_id=2)
    add(session, ["sign_in"], workspace_id=None)

    page = find_entries(session, 1, AuditFilter())

    assert actions(page) == ["run.claimed", "run.requested"]
    assert page.older_than is None


def test_pages_follow_each_other_without_gap_or_repetition(session: Session) -> None:
    add(session, [f"deed.{n}" for n in range(7)])

    first = find_entries(session, 1, AuditFilter(), 3)
    second = find_entries(session, 1, AuditFilter(older_than=first.older_than), 3)
    third = find_entries(session, 1, AuditFilter(older_than=second.older_than), 3)

    assert [actions(page) for page in (first, second, third)] == [
        ["deed.6", "deed.5", "deed.4"],
        ["deed.3", "deed.2", "deed.1"],
        ["deed.0"],
    ]
    assert third.older_than is None


def test_entries_of_one_moment_are_told_apart_by_their_id(session: Session) -> None:
    add(session, ["a", "b", "c"], step=timedelta())

    first = find_entries(session, 1, AuditFilter(), 2)
    second = find_entries(session, 1, AuditFilter(older_than=first.older_than), 2)

    assert actions(first) + actions(second) == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (AuditFilter(actor_email=ADA), ["member.set", "run.requested"]),
        (AuditFilter(by_system=True), ["run.claimed"]),
        (AuditFilter(action="member.set"), ["member.set", "member.set"]),
        (AuditFilter(object_type="operation_run"), ["run.claimed", "run.requested"]),
        (AuditFilter(object_type="operation_run", object_id=8), ["run.claimed"]),
        (AuditFilter(actor_email=BOB, action="member.set"), ["member.set"]),
        (AuditFilter(actor_email=ADA, object_type="operation_run"), ["run.requested"]),
        (
            AuditFilter(begin=NOON + timedelta(minutes=1)),
            ["member.set", "member.set", "run.claimed"],
        ),
        (AuditFilter(end=NOON + timedelta(minutes=1)), ["run.requested"]),
        (AuditFilter(actor_email="nobody@example.test"), []),
        (AuditFilter(action="run.requested", by_system=True), []),
    ],
)
def test_filters_narrow_the_trail_together(
    session: Session, wanted: AuditFilter, expected: list[str]
) -> None:
    add(session, ["run.requested"], actor=1, on=("operation_run", 7))
    add(session, ["run.claimed"], on=("operation_run", 8), at=NOON + timedelta(minutes=1))
    add(session, ["member.set"], actor=1, on=("user_account", 2), at=NOON + timedelta(minutes=2))
    add(session, ["member.set"], actor=2, on=("user_account", 1), at=NOON + timedelta(minutes=3))

    assert actions(find_entries(session, 1, wanted)) == expected


def test_who_did_it_and_to_whom_are_named(session: Session) -> None:
    add(session, ["member.set"], actor=1, on=("user_account", 2))

    (row,) = find_entries(session, 1, AuditFilter()).rows

    assert (row.actor, row.actor_email) == ("Ada", ADA)
    assert (row.subject, row.subject_email) == ("Bob", BOB)


def test_what_was_not_reached_is_said_and_can_be_asked_for_next(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_trail, "MOST_SCANNED", 4)
    add(session, ["rare"], actor=1)
    add(session, ["usual"] * 6, actor=1, at=NOON + timedelta(hours=1))
    wanted = AuditFilter(actor_email=ADA, action="rare")

    first = find_entries(session, 1, wanted)
    rest = find_entries(session, 1, AuditFilter(ADA, action="rare", older_than=first.older_than))

    assert (actions(first), first.is_cut) == ([], True)
    assert (actions(rest), rest.is_cut, rest.older_than) == (["rare"], False, None)


def test_another_workspace_s_entry_is_no_place_to_begin(session: Session) -> None:
    add(session, ["run.requested"])
    foreign = add(session, ["secret.deed"], workspace_id=2, at=NOON + timedelta(days=1))

    assert find_entries(session, 1, AuditFilter(older_than=foreign)).rows == ()


def test_every_kind_of_deed_is_found_once(session: Session) -> None:
    add(session, ["b", "a", "b", "c", "a"])
    add(session, ["secret.deed"], workspace_id=2)

    assert find_actions(session, 1) == ["a", "b", "c"]
    assert find_actions(session, 3) == []


@sqlite_only
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (AuditFilter(), "ix_audit_entry_time"),
        (AuditFilter(begin=NOON, end=NOON), "ix_audit_entry_time"),
        (AuditFilter(older_than=1), "ix_audit_entry_time"),
        (AuditFilter(by_system=True), "ix_audit_entry_actor"),
        (AuditFilter(actor_email=ADA, action="a", older_than=1), "ix_audit_entry_actor"),
        (AuditFilter(action="a", object_type="operation_run"), "ix_audit_entry_action"),
        (AuditFilter(object_type="operation_run", object_id=1), "ix_audit_entry_object"),
    ],
)
def test_every_first_filter_is_served_by_its_index(
    session: Session, wanted: AuditFilter, index: str
) -> None:
    actor = 1 if wanted.actor_email else None
    query = audit_trail._scanned(1, wanted, actor)
    sql = str(query.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))

    plan = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]

    assert any(index in step for step in plan), plan
    is_of_one_object = index == "ix_audit_entry_object"  # which has few, and may be sorted
    assert is_of_one_object or not any("TEMP B-TREE" in step for step in plan), plan


def add(
    session: Session,
    names: list[str],
    *,
    workspace_id: int | None = 1,
    actor: int | None = None,
    on: tuple[str, int] = ("tenant", 1),
    at: datetime = NOON,
    step: timedelta = timedelta(seconds=1),
) -> int:
    """Entries one after the other; the id of the last."""
    entry_id = 0
    for number, name in enumerate(names):
        entry_id = session.execute(
            insert(TABLE)
            .values(
                workspace_id=workspace_id,
                actor_user_id=actor,
                action=name,
                object_type=on[0],
                object_id=on[1],
                at=at + number * step,
            )
            .returning(TABLE.c.id)
        ).scalar_one()
    return entry_id


def actions(page: AuditPage) -> list[str]:
    return [row.action for row in page.rows]
