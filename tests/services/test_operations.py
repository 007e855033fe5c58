"""People start work: with options, for a tenant, once for the same, and with the right to."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from jobs.operation import offer_of
from models import OperationRun, Role, Tenant
from policy.access import Grant
from services.auth import Viewer, WorkspaceRef
from services.database import Database
from services.operation_run_service import OperationRunService
from services.operations import NeedsCorrectionError, Operations
from services.run_terms import Report, Requested
from stillwatch.operations import Operation, Scope, option
from tests.services.runs import add_workspace, stored


@dataclass
class Options:
    source: str
    count: int = option(5, least=1, most=9)
    day: date | None = None


def nothing(_run: Any, _options: Any = None) -> None:
    pass


OFFERS = {
    operation.type: offer_of(operation)
    for operation in (
        Operation("feed.tenant", "T", nothing, scope=Scope.TENANT, concurrency=2),
        Operation("feed.import", "W", nothing, options=Options, concurrency=3),
        Operation("feed.everywhere", "I", nothing, scope=Scope.INSTANCE, concurrency=1),
        Operation("feed.plain", "P", nothing),
    )
}


class Office:
    """One workspace with two tenants, and its owner."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.workspace_id = add_workspace(database)
        with database.writing() as session:
            tenants = [
                Tenant(slug=slug, name=slug, workspace_id=self.workspace_id)
                for slug in ("contoso", "adatum")
            ]
            session.add_all(tenants)
            session.flush()
            self.tenant_id, self.other_tenant_id = (tenant.id for tenant in tenants)
        place = WorkspaceRef(self.workspace_id, "acme", "acme")
        grant = Grant(Role.OWNER, self.workspace_id)
        self.viewer = Viewer(1, None, "Ada", "ada@example.test", place, (place,), (grant,))  # type: ignore[arg-type]

    def start(
        self, kind: str, tenant_id: int | None = None, options: dict[str, Any] | None = None
    ) -> Requested:
        with self.database.writing() as session:
            operations = Operations(session, lambda _session, _delivery: None, OFFERS)
            return operations.start(self.viewer, self.workspace_id, kind, tenant_id, options)

    def run(self, requested: Requested) -> OperationRun:
        return stored(self.database, requested.run_id)

    def finish(self, run_id: int) -> OperationRun:
        with self.database.writing() as session:
            service = OperationRunService(session)
            claimed = service.claim("here", run_id)
            assert claimed is not None
            service.fail(run_id, claimed.token, "broken", "It broke.", Report({}, []))
        return stored(self.database, run_id)

    def retry(self, run: OperationRun) -> Requested:
        with self.database.writing() as session:
            operations = Operations(session, lambda _session, _delivery: None, OFFERS)
            return operations.retry(self.viewer, run.id or 0, run.version)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def refusal(office: Office, *arguments: Any) -> NeedsCorrectionError:
    with pytest.raises(NeedsCorrectionError) as refused:
        office.start(*arguments)
    return refused.value


def test_a_run_keeps_all_of_its_options(office: Office) -> None:
    given = {"source": "hr", "day": "2026-11-24"}

    run = office.run(office.start("feed.import", None, given))

    assert run.context == {"options": {"source": "hr", "count": 5, "day": "2026-11-24"}}


def test_what_does_not_fit_is_said_by_its_name_and_starts_nothing(office: Office) -> None:
    refused = refusal(office, "feed.import", None, {"count": "12"})

    assert refused.options == {"source": "Please fill this in.", "count": "At most 9."}
    with office.database.reading() as session:
        assert session.get(OperationRun, 1) is None


def test_work_on_a_tenant_needs_one_and_other_work_takes_none(office: Office) -> None:
    assert refusal(office, "feed.tenant").tenant == "Choose a tenant."
    assert "single tenant" in refusal(office, "feed.plain", office.tenant_id).tenant


def test_tenant_and_options_are_corrected_in_one_go(office: Office) -> None:
    refused = refusal(office, "feed.import", office.tenant_id, {"source": "hr", "count": 0})

    assert refused.tenant
    assert set(refused.options) == {"count"}


def test_options_of_an_operation_that_takes_none_are_refused(office: Office) -> None:
    assert refusal(office, "feed.plain", None, {"count": 1}).options


def test_the_same_twice_is_one_run_and_other_options_are_another(office: Office) -> None:
    first = office.start("feed.import", None, {"source": "hr"})
    again = office.start("feed.import", None, {"source": "hr", "count": 5})
    other = office.start("feed.import", None, {"source": "hr", "count": 6})

    assert (again.run_id, again.is_new) == (first.run_id, False)
    assert other.is_new


def test_work_without_options_keeps_the_key_it_always_had(office: Office) -> None:
    run = office.run(office.start("feed.plain"))

    assert run.active_key == f"feed.plain:{office.workspace_id}:-"
    assert run.context == {}


@pytest.mark.parametrize(
    ("kind", "key", "limit"),
    [
        ("feed.tenant", "feed.tenant:tenant:{tenant}", 2),
        ("feed.import", "feed.import:workspace:{workspace}", 3),
        ("feed.everywhere", "feed.everywhere", 1),
        ("feed.plain", None, None),
    ],
)
def test_concurrency_is_counted_within_the_scope(
    office: Office, kind: str, key: str | None, limit: int | None
) -> None:
    tenant_id = office.tenant_id if kind == "feed.tenant" else None
    options = {"source": "hr"} if kind == "feed.import" else None

    run = office.run(office.start(kind, tenant_id, options))

    expected = key and key.format(tenant=office.tenant_id, workspace=office.workspace_id)
    assert (run.concurrency_key, run.concurrency_limit) == (expected, limit)


def test_the_limit_lets_no_more_be_at_work(office: Office) -> None:
    for count in range(1, 6):
        office.start("feed.import", None, {"source": "hr", "count": count})

    with office.database.writing() as session:
        claimed = [OperationRunService(session).claim("here") for _ in range(5)]

    assert [run is not None for run in claimed] == [True, True, True, False, False]


def test_started_again_it_is_the_same_work_with_the_same_options(office: Office) -> None:
    given = {"source": "hr", "count": 7}
    failed = office.finish(office.start("feed.import", None, given).run_id)

    retried = office.retry(failed)
    asked = office.start("feed.import", None, given)

    assert asked.run_id == retried.run_id
    run = office.run(retried)
    assert run.context == failed.context
    assert (run.concurrency_limit, run.retry_of_id) == (3, failed.id)
