"""Retention: what is too old goes, and never what a review pack still cites."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.event import listen
from sqlmodel import SQLModel, col

from jobs.context import RunContext
from jobs.handlers import retention_prune
from jobs.handlers.retention_prune import prune
from models import (
    AuditEntry,
    Membership,
    OperationRun,
    ReviewPack,
    Schedule,
    Tenant,
    User,
    UserSession,
)
from models.columns import utc_now
from policy.access import Grant
from services import retention, schedules
from services.auth import Viewer
from services.database import Database
from services.operation_run_service import OperationRunService
from services.operations import NotAllowedError
from services.pruning.runs import find_old_runs
from services.pruning.trail import find_old_entries
from services.retention import Retention, RetentionError
from stillwatch.operations import Cancelled, OperationFailed
from tests.databases import sqlite_only
from tests.services.runs import add_workspace, request, stored

LONG_AGO = datetime.now(UTC) - timedelta(days=100)


@pytest.fixture
def workspace_id(database: Database) -> int:
    return add_workspace(database)


@pytest.fixture
def tenant_id(database: Database, workspace_id: int) -> int:
    with database.writing() as session:
        tenant = Tenant(slug="contoso", name="Contoso", workspace_id=workspace_id)
        session.add(tenant)
        session.flush()
        return tenant.id or 0


@pytest.fixture
def keep(database: Database, workspace_id: int) -> Callable[..., None]:
    def keep(runs_days: int | None = None, audit_days: int | None = None) -> None:
        with database.writing() as session:
            retention.set_retention(session, "acme", runs_days, audit_days)

    return keep


@pytest.fixture
def pruning(database: Database, workspace_id: int, tmp_path: Path) -> RunContext:
    """A prune run in the hands of its handler."""
    with database.writing() as session:
        OperationRunService(session).request(request(workspace_id, "prune"))
        claimed = OperationRunService(session).claim("here")
    assert claimed is not None
    return RunContext(claimed, database, tmp_path)


def add_run(database: Database, workspace_id: int, **columns: Any) -> int:
    row = {
        "status": "completed",
        "outcome": "succeeded",
        "created_at": LONG_AGO,
        "completed_at": LONG_AGO,
        **columns,
    }
    with database.writing() as session:
        run = OperationRun(workspace_id=workspace_id, type="sample.work", **row)
        session.add(run)
        session.flush()
        return run.id or 0


def add_pack(database: Database, workspace_id: int, tenant_id: int, **columns: Any) -> int:
    around = {
        "from": (LONG_AGO - timedelta(days=1)).isoformat(),
        "to": (LONG_AGO + timedelta(days=1)).isoformat(),
    }
    with database.writing() as session:
        row = {"status": "ready", "options": around, **columns}
        pack = ReviewPack(workspace_id=workspace_id, tenant_id=tenant_id, **row)
        session.add(pack)
        session.flush()
        return pack.id or 0


def ids(database: Database, table: type[SQLModel] = OperationRun) -> set[int]:
    with database.reading() as session:
        return set(session.scalars(select(table.__table__.c.id)))  # type: ignore[attr-defined]


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(col(AuditEntry.action)).order_by(col(AuditEntry.id))))


def test_finished_runs_go_by_age_and_nothing_else(
    database: Database, workspace_id: int, keep: Callable[..., None], pruning: RunContext
) -> None:
    elsewhere = add_workspace(database, "other")
    old = add_run(database, workspace_id)
    kept = {
        pruning.run.id,
        add_run(database, workspace_id, completed_at=datetime.now(UTC)),
        add_run(database, workspace_id, completed_at=None),
        add_run(database, workspace_id, status="running", outcome=None),
        add_run(database, workspace_id, status="exploded"),
        add_run(database, elsewhere),
    }
    keep(runs_days=90)

    prune(pruning)

    assert ids(database) == kept
    assert old not in ids(database)
    assert pruning.report.counts == {
        "total": 1,
        "processed": 1,
        "succeeded": 1,
        "failed": 0,
        "skipped": 0,
    }


def test_without_a_retention_nothing_goes(
    database: Database, workspace_id: int, pruning: RunContext
) -> None:
    old = add_run(database, workspace_id)

    prune(pruning)

    assert old in ids(database)
    assert "retention.pruned" not in actions(database)


@pytest.mark.parametrize("status", ["queued", "generating", "ready", "unheard of"])
def test_a_run_that_an_unexpired_pack_cites_is_kept(
    database: Database,
    workspace_id: int,
    tenant_id: int,
    keep: Callable[..., None],
    pruning: RunContext,
    status: str,
) -> None:
    cited = add_run(database, workspace_id, tenant_id=tenant_id)
    maker = add_run(database, workspace_id, tenant_id=tenant_id, created_at=datetime.now(UTC))
    outside = add_run(
        database, workspace_id, tenant_id=tenant_id, created_at=LONG_AGO - timedelta(days=2)
    )
    of_nobody = add_run(database, workspace_id)
    add_pack(database, workspace_id, tenant_id, status=status, operation_run_id=maker)
    keep(runs_days=90)

    prune(pruning)

    assert {cited, maker} <= ids(database)
    assert not {outside, of_nobody} & ids(database)
    assert pruning.report.counts["skipped"] == 2


def test_what_a_cited_run_is_a_retry_of_is_kept(
    database: Database,
    workspace_id: int,
    tenant_id: int,
    keep: Callable[..., None],
    pruning: RunContext,
) -> None:
    before = LONG_AGO - timedelta(days=9)
    first = add_run(database, workspace_id, tenant_id=tenant_id, created_at=before)
    retry = add_run(database, workspace_id, tenant_id=tenant_id, retry_of_id=first)
    add_pack(database, workspace_id, tenant_id)
    keep(runs_days=90)

    prune(pruning)

    assert {first, retry} <= ids(database)
    assert stored(database, retry).retry_of_id == first


def test_a_pack_whose_period_nobody_can_read_cites_every_run_of_its_tenant(
    database: Database,
    workspace_id: int,
    tenant_id: int,
    keep: Callable[..., None],
    pruning: RunContext,
) -> None:
    run = add_run(database, workspace_id, tenant_id=tenant_id)
    add_pack(database, workspace_id, tenant_id, options="}{")
    keep(runs_days=90)

    prune(pruning)

    assert run in ids(database)


@pytest.mark.parametrize("status", ["expired", "failed"])
def test_a_pack_that_is_over_lets_go_of_the_run_that_made_it(
    database: Database,
    workspace_id: int,
    tenant_id: int,
    keep: Callable[..., None],
    pruning: RunContext,
    status: str,
) -> None:
    maker = add_run(database, workspace_id, tenant_id=tenant_id)
    pack_id = add_pack(database, workspace_id, tenant_id, status=status, operation_run_id=maker)
    keep(runs_days=90)

    prune(pruning)

    assert maker not in ids(database)
    with database.reading() as session:
        assert session.get_one(ReviewPack, pack_id).operation_run_id is None


def test_a_retry_and_a_schedule_outlive_the_run_that_they_point_at(
    database: Database, workspace_id: int, keep: Callable[..., None], pruning: RunContext
) -> None:
    old = add_run(database, workspace_id)
    retry = add_run(database, workspace_id, retry_of_id=old, completed_at=datetime.now(UTC))
    with database.writing() as session:
        session.add(
            Schedule(workspace_id=workspace_id, type="a.b", cron="0 3 * * *", last_run_id=old)
        )
    keep(runs_days=90)

    prune(pruning)

    assert ids(database) == {retry, pruning.run.id}
    assert stored(database, retry).retry_of_id is None
    assert stored(database, retry).version == 2
    with database.reading() as session:
        mine = select(Schedule).where(col(Schedule.type) == "a.b")
        assert session.scalars(mine).one().last_run_id is None


def test_old_audit_entries_go_but_none_of_a_period_that_a_pack_covers(
    database: Database,
    workspace_id: int,
    tenant_id: int,
    keep: Callable[..., None],
    pruning: RunContext,
) -> None:
    add_pack(database, workspace_id, tenant_id)
    with database.writing() as session:
        for action, at in (
            ("old", LONG_AGO - timedelta(days=5)),
            ("cited", LONG_AGO),
            ("new", datetime.now(UTC)),
        ):
            session.add(
                AuditEntry(action=action, object_type="x", workspace_id=workspace_id, at=at)
            )
    keep(audit_days=90)

    prune(pruning)

    assert actions(database)[-6:] == [
        "cited",
        "new",
        "retention.set",
        "schedule.added",
        "retention.began",
        "retention.pruned",
    ]
    assert "old" not in actions(database)


def test_the_trail_says_what_was_removed(
    database: Database, workspace_id: int, keep: Callable[..., None], pruning: RunContext
) -> None:
    for _ in range(3):
        add_run(database, workspace_id)
    keep(runs_days=90)

    prune(pruning)

    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
        assert entry is not None
        assert entry.action == "retention.pruned"
        assert (entry.details["what"], entry.details["removed"]) == ("runs", 3)
        assert entry.details["run"] == pruning.run.id


def test_it_goes_by_batches_and_stops_between_them_when_cancelled(
    database: Database,
    workspace_id: int,
    keep: Callable[..., None],
    pruning: RunContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention_prune, "_BATCH", 2)
    for _ in range(5):
        add_run(database, workspace_id)
    keep(runs_days=90)
    counted: list[int] = []
    count = pruning.count

    def cancel_after_two(**counts: int) -> None:
        counted.append(counts["succeeded"])
        if len(counted) == 2:
            pruning.interrupt(Cancelled("by hand"))
        count(**counts)

    monkeypatch.setattr(pruning, "count", cancel_after_two)

    with pytest.raises(Cancelled):
        prune(pruning)

    assert counted == [2, 2]
    assert len(ids(database)) == 2  # one old one, and the prune run
    assert actions(database)[-1] == "retention.pruned"


def test_done_again_it_goes_on_where_it_stopped(
    database: Database, workspace_id: int, keep: Callable[..., None], pruning: RunContext
) -> None:
    add_run(database, workspace_id)
    keep(runs_days=90)
    prune(pruning)

    prune(pruning)

    assert ids(database) == {pruning.run.id}
    assert actions(database).count("retention.pruned") == 1


@sqlite_only
@pytest.mark.parametrize("nonsense", ["0", "-1", "'all'", "1e9"])
def test_a_stored_number_that_makes_no_sense_removes_nothing(
    database: Database, workspace_id: int, pruning: RunContext, nonsense: str
) -> None:
    old = add_run(database, workspace_id)
    with database.writing() as session:
        session.execute(text(f"UPDATE workspace SET retention_runs_days = {nonsense}"))

    with pytest.raises(OperationFailed) as refusal:
        prune(pruning)

    assert refusal.value.code == "bad_retention"
    with database.reading() as session:
        assert retention.find_shown_retention(session, workspace_id) is None
    assert old in ids(database)


@sqlite_only
def test_a_time_that_is_none_says_nothing_of_an_age(
    database: Database, workspace_id: int, keep: Callable[..., None], pruning: RunContext
) -> None:
    odd = add_run(database, workspace_id)
    with database.writing() as session:
        session.execute(text(f"UPDATE operation_run SET completed_at = '' WHERE id = {odd}"))
    keep(runs_days=90)

    prune(pruning)

    assert odd in ids(database)


@pytest.mark.parametrize("days", [0, -1, 36_501, True, "90", 1.5])
def test_a_retention_is_a_number_of_days_or_none(days: Any) -> None:
    with pytest.raises(RetentionError):
        Retention(days, None)
    with pytest.raises(RetentionError):
        Retention(None, days)


def test_setting_it_leaves_a_line_in_the_trail(database: Database, workspace_id: int) -> None:
    with database.writing() as session:
        retention.set_retention(session, "acme", 30, None)

    with database.reading() as session:
        assert retention.find_retention_by_slug(session, "acme") == Retention(30, None)
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[0]
    assert (entry.action, entry.workspace_id) == ("retention.set", workspace_id)
    assert entry.details == {"runs_days": 30, "audit_days": None}


def test_setting_it_has_it_done_each_night_by_one_schedule(
    database: Database, workspace_id: int
) -> None:
    with database.writing() as session:
        retention.set_retention(session, "acme", None, None)
    with database.reading() as session:
        assert schedules.find_all(session) == []

    for days in (30, 60):
        with database.writing() as session:
            retention.set_retention(session, "acme", days, None)

    with database.reading() as session:
        (nightly,) = schedules.find_all(session)
    assert (nightly.type, nightly.workspace, nightly.cron) == (
        "retention.prune",
        "acme",
        "30 3 * * *",
    )
    assert nightly.next_at is not None


def test_only_an_owner_sets_it(database: Database, workspace_id: int) -> None:
    def viewer(role: str) -> Viewer:
        return a_viewer(database, workspace_id, role)

    with pytest.raises(NotAllowedError), database.writing() as session:
        retention.change_retention(session, viewer("operator"), workspace_id, Retention(1, 1))

    owner = viewer("owner")
    with database.writing() as session:
        retention.change_retention(session, owner, workspace_id, Retention(7, 8))
    with database.reading() as session:
        assert retention.find_retention(session, workspace_id) == Retention(7, 8)


@pytest.mark.parametrize("lost", [Membership, UserSession])
def test_an_owner_who_is_none_any_more_at_that_moment_sets_nothing(
    database: Database, workspace_id: int, lost: Any
) -> None:
    owner = a_viewer(database, workspace_id, "owner")
    with database.writing() as session:
        session.execute(update(lost).values(revoked_at=utc_now()))

    with pytest.raises(NotAllowedError), database.writing() as session:
        retention.change_retention(session, owner, workspace_id, Retention(1, 1))

    with database.reading() as session:
        assert retention.find_retention(session, workspace_id) == Retention()


@pytest.mark.parametrize("table", ["operation_run", "audit_entry"])
def test_every_reference_to_what_goes_is_found_by_an_index(table: str) -> None:
    """Without one, each batch would read the whole of the table that refers."""
    small = {"schedule"}
    tables = SQLModel.metadata.tables
    for other in tables.values():
        for column in other.columns:
            if any(key.column.table is tables[table] for key in column.foreign_keys):
                leading = {next(iter(index.columns)).name for index in other.indexes}
                assert other.name in small or column.name in leading or column.unique, column


@sqlite_only
def test_a_batch_is_found_by_id_also_where_an_index_on_the_time_beckons(
    database: Database, workspace_id: int
) -> None:
    statements: list[tuple[str, Any]] = []
    listen(database.engine, "before_cursor_execute", lambda *a: statements.append(a[2:4]))
    with database.writing() as session:
        session.execute(text("CREATE INDEX a ON operation_run (workspace_id, completed_at)"))
        session.execute(text("CREATE INDEX b ON audit_entry (workspace_id, at)"))
        find_old_runs(session, workspace_id, LONG_AGO, 0, 500)
        find_old_entries(session, workspace_id, LONG_AGO, 0, 500)
        plans = [
            str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all())
            for sql, values in statements[-2:]
        ]

    assert "ix_operation_run_workspace" in plans[0]
    assert "ix_audit_entry_workspace" in plans[1]
    assert not any("TEMP B-TREE" in plan for plan in plans)


def a_viewer(database: Database, workspace_id: int, role: str) -> Viewer:
    with database.writing() as session:
        user = User(email=f"{role}@example.test", name=role, password_hash="-")
        session.add(user)
        session.flush()
        user_id = user.id or 0
        session.add(Membership(workspace_id=workspace_id, user_id=user_id, role=role))
        now = datetime.now(UTC)
        sign_in = UserSession(token_hash=role, user_id=user_id, created_at=now, last_active_at=now)
        session.add(sign_in)
        session.flush()
    grants = (Grant(role, workspace_id),)
    return Viewer(sign_in.id or 0, user_id, role, user.email, None, (), grants)
