import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import SQLModel, col

import seed_data
from models import OperationRun, ReviewPack, RunOutcome, Tenant, User, Workspace
from seed_data import add_runs, seed
from services.auth import Auth, Viewer, hash_password, is_password
from services.database import Database

# Who signs in, where they come in, the role and the tenants that they see.
PEOPLE = {
    "owner": ("northwind", "owner", None),
    "operator": ("northwind", "operator", None),
    "auditor": ("northwind", "auditor", None),
    "contoso-admin": ("northwind", "tenant_admin", "contoso"),
    "contoso-viewer": ("northwind", "tenant_viewer", "contoso"),
    "outsider": ("fabrikam", "operator", None),
}


@pytest.mark.parametrize("name", PEOPLE)
async def test_each_demo_account_signs_in_to_its_place(
    database: Database, tmp_path: Path, name: str
) -> None:
    accounts = seed(database, tmp_path, None)

    viewer = await sign_in(database, f"{name}@example.test", accounts.password)

    workspace, role, tenant = PEOPLE[name]
    assert [ref.slug for ref in viewer.workspaces] == [workspace]
    assert [(grant.role, grant.tenant_id) for grant in viewer.grants] == [
        (role, tenant_id(database, tenant))
    ]


def test_the_world_has_two_workspaces_and_their_tenants(database: Database, tmp_path: Path) -> None:
    seed(database, tmp_path, None)

    with database.reading() as session:
        rows = session.execute(
            select(col(Workspace.slug), col(Tenant.slug)).join(
                Tenant, col(Tenant.workspace_id) == col(Workspace.id)
            )
        ).all()
    tenants = {tenant for workspace, tenant in rows if workspace == "northwind"}
    assert tenants == {"contoso", "adatum", "wingtip"}
    assert {workspace for workspace, _ in rows} == {"northwind", "fabrikam"}


def test_no_tenant_starts_with_a_pack(database: Database, tmp_path: Path) -> None:
    seed(database, tmp_path, None)

    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReviewPack)) == 0


def test_seeding_again_changes_not_one_row(database: Database, tmp_path: Path) -> None:
    first = seed(database, tmp_path, None)
    before = dump(database)

    second = seed(database, tmp_path, None)

    assert second == first
    assert dump(database) == before


def test_the_random_password_is_kept_for_its_owner_alone(
    database: Database, tmp_path: Path
) -> None:
    accounts = seed(database, tmp_path, None)

    kept = tmp_path / "demo-password"
    assert kept.read_text().strip() == accounts.password
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_given_password_is_the_one_of_all_accounts(database: Database, tmp_path: Path) -> None:
    accounts = seed(database, tmp_path, "short")

    assert accounts.password == "short"
    assert all(is_password("short", stored) for stored in hashes(database).values())


def test_another_given_password_replaces_the_one_before(database: Database, tmp_path: Path) -> None:
    seed(database, tmp_path, None)

    seed(database, tmp_path, "given later")

    assert all(is_password("given later", stored) for stored in hashes(database).values())
    assert seed(database, tmp_path, None).password == "given later"


def test_the_same_given_password_is_neither_verified_nor_written_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(database, tmp_path, "given once")
    before = hashes(database)
    monkeypatch.delattr(seed_data, "is_password")

    seed(database, tmp_path, "given once")

    assert hashes(database) == before


def test_a_given_password_also_comes_back_after_a_change_by_hand(
    database: Database, tmp_path: Path
) -> None:
    seed(database, tmp_path, "given once")
    change_by_hand(database, "owner@example.test")

    seed(database, tmp_path, "given once")

    assert is_password("given once", hashes(database)["owner@example.test"])


def test_without_a_given_password_a_change_by_hand_stays(
    database: Database, tmp_path: Path
) -> None:
    seed(database, tmp_path, None)
    change_by_hand(database, "owner@example.test")

    seed(database, tmp_path, None)

    assert is_password("changed by hand", hashes(database)["owner@example.test"])


def test_the_history_is_believable(database: Database, tmp_path: Path) -> None:
    seed(database, tmp_path, None)

    runs = all_runs(database)

    now = datetime.now(UTC)
    assert len(runs) == 140
    assert {run.outcome for run in runs} == set(RunOutcome)
    assert any(run.initiated_by_user_id is None for run in runs)
    assert any(run.initiated_by_user_id is not None for run in runs)
    for run in runs:
        assert run.status == "completed"
        assert now - timedelta(days=15) < run.created_at < run.started_at < run.completed_at < now
        assert (run.tenant_id is None) == run.type.startswith("database.")
        counts = run.summary_counts
        assert counts["processed"] <= counts["total"]
        assert counts["processed"] == sum(counts[n] for n in ("succeeded", "failed", "skipped"))
        assert sum(failure["count"] for failure in run.failure_summary) == counts["failed"]
        assert (counts["failed"] > 0) == (run.outcome in {"failed", "partially_succeeded"})


def test_a_tenants_runs_stay_in_its_workspace(database: Database, tmp_path: Path) -> None:
    seed(database, tmp_path, None)

    with database.reading() as session:
        strays = session.scalar(
            select(func.count())
            .select_from(OperationRun)
            .join(Tenant, col(Tenant.id) == col(OperationRun.tenant_id))
            .where(col(Tenant.workspace_id) != col(OperationRun.workspace_id))
        )
    assert strays == 0


def test_more_runs_are_added_each_time_with_the_newest_last(
    database: Database, tmp_path: Path
) -> None:
    seed(database, tmp_path, None)

    add_runs(database, 250)
    add_runs(database, 250)

    runs = all_runs(database)
    assert len(runs) == 140 + 500
    added = [run.created_at for run in runs[140:390]]
    assert added == sorted(added)
    assert len({run.workspace_id for run in runs[140:]}) == 1


async def sign_in(database: Database, email: str, password: str) -> Viewer:
    auth = Auth(database)
    viewer = await auth.viewer_of_token(await auth.sign_in(email, password, None))
    assert viewer is not None
    return viewer


def tenant_id(database: Database, slug: str | None) -> int | None:
    with database.reading() as session:
        return session.scalar(select(col(Tenant.id)).where(col(Tenant.slug) == slug))


def hashes(database: Database) -> dict[str, str]:
    with database.reading() as session:
        rows = session.execute(select(col(User.email), col(User.password_hash))).all()
    return {row.email: row.password_hash for row in rows}


def change_by_hand(database: Database, email: str) -> None:
    with database.writing() as session:
        session.execute(
            update(User)
            .where(col(User.email) == email)
            .values(password_hash=hash_password("changed by hand"))
        )


def all_runs(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(select(OperationRun).order_by(col(OperationRun.id))))


def dump(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in SQLModel.metadata.sorted_tables
        }
