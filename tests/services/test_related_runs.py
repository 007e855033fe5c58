"""Which runs a run is shown to belong to: those that the person sees, and no others."""

from datetime import UTC, datetime

from sqlalchemy import insert

from models import OperationRun, Tenant
from policy.access import Scope
from services.database import Database
from services.related_runs import RelatedRun, find_related
from services.runs import find_run
from tests.services.runs import add_workspace

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TABLE = OperationRun.metadata.tables["operation_run"]


def related(database: Database, run_id: int, scope: Scope) -> list[tuple[int, bool]]:
    with database.reading() as session:
        run = find_run(session, run_id)
        assert run is not None
        found = find_related(session, run, scope)
    assert all(isinstance(one, RelatedRun) and one.created_at == NOON for one in found)
    return [(one.id, one.is_retry) for one in found]


def test_a_run_is_shown_with_what_it_retries_and_what_retries_it(database: Database) -> None:
    workspace_id, other = add_workspace(database), add_workspace(database, "other")
    with database.writing() as session:
        tenants = [Tenant(workspace_id=workspace_id, slug=slug, name=slug) for slug in ("a", "b")]
        session.add_all(tenants)
        session.flush()
        own, hidden = (tenant.id for tenant in tenants)
        assert own is not None
        places = [
            (1, workspace_id, own, None),
            (2, workspace_id, own, 1),
            (3, workspace_id, own, 2),
            (4, workspace_id, hidden, 2),
            (5, other, None, 2),
            (6, workspace_id, own, None),
        ]
        for run_id, place, tenant_id, retry_of_id in places:
            session.execute(
                insert(TABLE).values(
                    id=run_id,
                    workspace_id=place,
                    tenant_id=tenant_id,
                    retry_of_id=retry_of_id,
                    type="sample.work",
                    status="completed",
                    outcome="failed",
                    created_at=NOON,
                )
            )

    whole, of_tenant = Scope(workspace_id, None), Scope(workspace_id, frozenset({own}))

    assert related(database, 2, whole) == [(1, False), (3, True), (4, True)]
    assert related(database, 2, of_tenant) == [(1, False), (3, True)]
    assert related(database, 6, whole) == []
    assert related(database, 2, Scope(workspace_id, frozenset())) == []
