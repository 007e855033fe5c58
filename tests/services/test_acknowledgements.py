"""Word that a kind of failure is known: who may give it, and how long it holds."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import AuditEntry, FailureAcknowledgement, Membership, Role, User, UserSession
from models.columns import utc_now
from policy.access import Grant, Scope
from policy.failure_state import FailureState
from services.auth import Viewer
from services.database import Database
from services.operations import NotAllowedError
from services.overview import failures
from services.overview.acknowledgements import HOLDS_FOR, LONGEST_NOTE, acknowledge, withdraw
from services.overview.failures import FailureGroup
from services.overview.reading import find_overview
from tests.services.ended_runs import a_failure, add_tenant, end, now_of
from tests.services.runs import add_workspace

OPEN, KNOWN, CLEARED = FailureState.OPEN, FailureState.ACKNOWLEDGED, FailureState.CLEARED


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace in which directory.sync fails for contoso, and those who look at it."""

    database: Database
    workspace_id: int
    tenant_id: int

    def viewer(
        self, role: Role = Role.OPERATOR, tenant_id: int | None = None, there: int | None = None
    ) -> Viewer:
        """Somebody who has just signed in."""
        place = there or self.workspace_id
        name = secrets.token_hex(4)
        now = now_of(self.database)
        with self.database.writing() as session:
            user = User(email=f"{name}@example.test", name="Ada", password_hash="-")
            session.add(user)
            session.flush()
            user_id = user.id or 0
            session.add(
                Membership(workspace_id=place, tenant_id=tenant_id, user_id=user_id, role=role)
            )
            sign_in = UserSession(
                token_hash=name, user_id=user_id, created_at=now, last_active_at=now
            )
            session.add(sign_in)
            session.flush()
            number = sign_in.id or 0
        grants = (Grant(role, place, tenant_id),)
        return Viewer(number, user_id, "Ada", user.email, None, (), grants)

    def fail(self, tenant_id: int | None = None) -> int:
        tenant = tenant_id or self.tenant_id
        return end(
            self.database, self.workspace_id, "failed", tenant_id=tenant, failures=[a_failure()]
        )

    def succeed(self, **how: Any) -> int:
        return end(self.database, self.workspace_id, tenant_id=self.tenant_id, **how)

    def group(self, tenant_id: int | None = None) -> FailureGroup:
        of = None if tenant_id is None else frozenset({tenant_id})
        with self.database.reading() as session:
            return find_overview(session, Scope(self.workspace_id, of)).failures.groups[0]

    def acknowledge(self, note: str = "known", viewer: Viewer | None = None) -> None:
        group = self.group()
        viewer = viewer or self.viewer()
        with self.database.writing() as session:
            acknowledge(
                session,
                viewer,
                self.workspace_id,
                group.fingerprint,
                (group.type, group.code),
                group.newest,
                note,
            )

    def trail(self) -> list[tuple[str, dict[str, str]]]:
        with self.database.reading() as session:
            return [
                (row.action, row.details)
                for row in session.scalars(select(AuditEntry).order_by(col(AuditEntry.id)))
                if row.action.startswith("failure.")
            ]


@pytest.fixture
def desk(database: Database) -> Desk:
    here = add_workspace(database)
    desk = Desk(database, here, add_tenant(database, here, "contoso"))
    desk.fail()
    return desk


def test_it_is_shown_with_name_time_and_note_and_is_in_the_trail(desk: Desk) -> None:
    desk.acknowledge("  Storage team\nknows ")

    group = desk.group()

    assert group.state is KNOWN
    assert group.acknowledgement is not None
    assert (group.acknowledgement.by, group.acknowledgement.note) == ("Ada", "Storage team knows")
    assert group.acknowledgement.at is not None
    details = {"type": "directory.sync", "code": "throttled", "note": "Storage team knows"}
    assert desk.trail() == [("failure.acknowledged", details)]


def test_it_holds_while_the_same_trouble_goes_on(desk: Desk) -> None:
    desk.acknowledge()

    desk.fail()

    assert desk.group().state is KNOWN


def test_a_success_clears_the_group_and_a_failure_after_it_is_new(desk: Desk) -> None:
    desk.acknowledge()
    desk.succeed()
    assert desk.group().state is CLEARED
    assert desk.group().acknowledgement is None

    desk.fail()

    assert desk.group().state is OPEN


def test_a_success_of_days_ago_has_ended_it_too(desk: Desk) -> None:
    desk.acknowledge()
    three_days, two_days = timedelta(days=3), timedelta(days=2)
    with desk.database.writing() as session:
        at = now_of(desk.database) - three_days
        session.execute(update(FailureAcknowledgement).values(acknowledged_at=at))
    desk.succeed(ago=two_days.total_seconds())

    desk.fail()

    assert desk.group().state is OPEN


def test_no_more_runs_than_a_day_may_have_are_searched_for_that_success(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_a_success_of_days_ago_has_ended_it_too(desk)
    for hours in (40, 39):
        desk.succeed(ago=hours * 3600.0, type="other")
    monkeypatch.setattr(failures, "MOST_LOOKED_BACK", 2)

    assert desk.group().state is KNOWN


def test_a_tenant_that_is_hit_later_is_news(desk: Desk) -> None:
    desk.acknowledge()

    desk.fail(add_tenant(desk.database, desk.workspace_id, "adatum"))

    assert desk.group().state is OPEN


def test_it_ends_after_a_week(desk: Desk) -> None:
    desk.acknowledge()
    with desk.database.writing() as session:
        at = now_of(desk.database) - HOLDS_FOR - timedelta(seconds=1)
        session.execute(update(FailureAcknowledgement).values(acknowledged_at=at))

    assert desk.group().state is OPEN


def test_a_reader_of_some_tenants_sees_that_it_is_known_but_neither_note_nor_name(
    desk: Desk,
) -> None:
    desk.acknowledge("Adatum's storage is broken as well")

    group = desk.group(desk.tenant_id)

    assert group.state is KNOWN
    assert group.acknowledgement is None


def test_withdrawing_brings_back_no_earlier_word(desk: Desk) -> None:
    desk.acknowledge("first")
    desk.acknowledge("second")
    known = desk.group().acknowledgement
    assert known is not None
    assert known.note == "second"

    owner = desk.viewer(Role.OWNER)
    for _ in range(2):
        with desk.database.writing() as session:
            withdraw(session, owner, desk.workspace_id, known.id)

    assert desk.group().state is OPEN
    assert [action for action, _ in desk.trail()][2:] == ["failure.acknowledgement_withdrawn"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TENANT_ADMIN, Role.TENANT_VIEWER])
def test_others_than_owners_and_operators_may_do_neither(desk: Desk, role: Role) -> None:
    is_of_tenant = role.startswith("tenant")
    viewer = desk.viewer(role, desk.tenant_id if is_of_tenant else None)

    with pytest.raises(NotAllowedError):
        desk.acknowledge(viewer=viewer)
    desk.acknowledge()
    known = desk.group().acknowledgement
    assert known is not None

    def take_back(session: Session) -> None:
        withdraw(session, viewer, desk.workspace_id, known.id)

    with pytest.raises(NotAllowedError), desk.database.writing() as session:
        take_back(session)
    assert desk.group().state is KNOWN


@pytest.mark.parametrize("lost", [Membership, UserSession])
def test_who_is_no_operator_any_more_at_that_moment_gives_no_word(desk: Desk, lost: Any) -> None:
    viewer = desk.viewer()
    with desk.database.writing() as session:
        session.execute(update(lost).values(revoked_at=utc_now()))

    with pytest.raises(NotAllowedError):
        desk.acknowledge(viewer=viewer)

    assert desk.group().state is OPEN


def test_the_acknowledgement_of_another_workspace_is_out_of_reach(desk: Desk) -> None:
    desk.acknowledge()
    known = desk.group().acknowledgement
    assert known is not None
    there = add_workspace(desk.database, "there")
    stranger = desk.viewer(Role.OWNER, there=there)

    with desk.database.writing() as session:
        withdraw(session, stranger, there, known.id)

    assert desk.group().state is KNOWN


@pytest.mark.parametrize("covers", [None, "x", {}, [1, [2], [3, "x"], ["y", 4]]], ids=str)
def test_what_makes_no_sense_covers_nobody(desk: Desk, covers: object) -> None:
    desk.acknowledge()
    with desk.database.writing() as session:
        session.execute(update(FailureAcknowledgement).values(covers=covers))

    assert desk.group().state is OPEN


def test_a_long_note_is_cut(desk: Desk) -> None:
    desk.acknowledge("n" * 10**6)

    known = desk.group().acknowledgement

    assert known is not None
    assert len(known.note) == LONGEST_NOTE
