from datetime import UTC, datetime
from typing import Any

import pytest

from models import Tenant
from policy.schedule import ScheduleError
from services import schedules
from services.database import Database
from services.schedules import ScheduleRequest, ScheduleView
from tests.services.runs import add_workspace
from tests.services.schedule_rows import OFFERS, add_schedule, ago, stored_schedule, told


@pytest.fixture
def workspace_id(database: Database) -> int:
    workspace_id = add_workspace(database)
    other_id = add_workspace(database, "other")
    with database.writing() as session:
        session.add(Tenant(workspace_id=workspace_id, slug="contoso", name="Contoso"))
        session.add(Tenant(workspace_id=other_id, slug="elsewhere", name="Elsewhere"))
    return workspace_id


def add(database: Database, **fields: Any) -> int:
    given = {
        "type": "sample.tenant",
        "workspace": "acme",
        "tenant": "contoso",
        "cron": "0 3 * * *",
        **fields,
    }
    with database.writing() as session:
        return schedules.add(session, OFFERS, ScheduleRequest(**given))


def views(database: Database) -> list[ScheduleView]:
    with database.reading() as session:
        return list(schedules.find_all(session))


def test_a_schedule_knows_its_next_time_from_the_start(
    database: Database, workspace_id: int
) -> None:
    schedule_id = add(database, tenant="contoso", time_zone="Asia/Kolkata", options={"full": True})

    stored = stored_schedule(database, schedule_id)
    assert stored.next_at is not None
    assert (stored.next_at.hour, stored.next_at.minute) == (21, 30)
    assert stored.next_at > datetime.now(UTC)
    assert (stored.workspace_id, stored.options) == (workspace_id, {"full": True})
    assert told(database, schedule_id) == [
        (
            "schedule.added",
            {"type": "sample.tenant", "cron": "0 3 * * *", "time_zone": "Asia/Kolkata"},
        )
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"type": "no.such"}, r"no operation 'no\.such'; choose from sample\.instance, sample"),
        ({"workspace": "nowhere"}, "no workspace 'nowhere'"),
        ({"tenant": "elsewhere"}, "no tenant 'elsewhere' in acme"),
        (
            {"type": "sample.workspace", "tenant": "contoso"},
            "not done for a single tenant",
        ),
        ({"tenant": None}, "Choose a tenant"),
        ({"options": {"ful": True}}, "ful"),
        ({"cron": "0 3 * *"}, "has five fields"),
        ({"cron": "0 0 31 2 *"}, "bad day-of-month"),
        ({"time_zone": "Berlin"}, "no time zone 'Berlin'"),
    ],
)
@pytest.mark.usefixtures("workspace_id")
def test_what_makes_no_sense_is_refused(
    database: Database, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ScheduleError, match=message):
        add(database, **wrong)

    assert views(database) == []


def test_a_paused_schedule_has_no_next_time_and_a_resumed_one_makes_up_for_nothing(
    database: Database, workspace_id: int
) -> None:
    schedule_id = add_schedule(database, workspace_id, cron="* * * * *", next_at=ago(days=2))

    with database.writing() as session:
        schedules.pause(session, schedule_id)
    paused = stored_schedule(database, schedule_id)
    with database.writing() as session:
        schedules.resume(session, schedule_id)

    resumed = stored_schedule(database, schedule_id)
    assert paused.next_at is None
    assert resumed.next_at is not None
    assert resumed.next_at > ago(seconds=5)
    assert [action for action, _ in told(database, schedule_id)] == [
        "schedule.paused",
        "schedule.resumed",
    ]


def test_what_is_paused_or_is_not_cannot_be_so_again(database: Database, workspace_id: int) -> None:
    schedule_id = add_schedule(database, workspace_id)

    with pytest.raises(ScheduleError, match="is not paused"), database.writing() as session:
        schedules.resume(session, schedule_id)
    with database.writing() as session:
        schedules.pause(session, schedule_id)
    with pytest.raises(ScheduleError, match="is paused already"), database.writing() as session:
        schedules.pause(session, schedule_id)


def test_a_removed_schedule_is_gone_and_its_trace_says_what_it_was(
    database: Database, workspace_id: int
) -> None:
    schedule_id = add_schedule(database, workspace_id)

    with database.writing() as session:
        schedules.remove(session, schedule_id)

    assert views(database) == []
    assert told(database, schedule_id)[-1] == (
        "schedule.removed",
        {"type": "sample.workspace", "cron": "0 0 1 1 *", "time_zone": "UTC"},
    )


@pytest.mark.parametrize("deed", [schedules.pause, schedules.resume, schedules.remove])
def test_a_schedule_that_does_not_exist_is_said_not_to(database: Database, deed: Any) -> None:
    with pytest.raises(ScheduleError, match="no schedule 7"), database.writing() as session:
        deed(session, 7)


def test_schedules_are_listed_by_workspace_and_say_what_is_overdue(
    database: Database, workspace_id: int
) -> None:
    other = add(database, type="sample.workspace", workspace="other", tenant=None)
    overdue = add_schedule(database, workspace_id)
    tenant_s = add(database, tenant="contoso")

    assert [
        (view.id, view.workspace, view.tenant, view.is_overdue) for view in views(database)
    ] == [
        (overdue, "acme", None, True),
        (tenant_s, "acme", "contoso", False),
        (other, "other", None, False),
    ]
