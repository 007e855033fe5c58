"""What every page needs of the application, composed once in `main`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from policy.access import Scope
from policy.estimate import TypicalDuration
from services import pack_card, runs
from services.auth import Auth, Viewer
from services.bulk_items import BulkKey, BulkResult, find_results
from services.database import Database
from services.notifications.outlet import Outlet
from services.operations import OperationOffer
from services.overview import reading as overview
from services.overview.reading import OverviewSnapshot, WeekSnapshot
from services.pack_card import CardDetails, CardSnapshot, DetailsKey
from services.run_history import HistoryKey, find_typical
from services.run_terms import Enqueue
from services.runs import RunListSnapshot, RunSnapshot, RunWindow
from services.snapshots import SharedReads


@dataclass(frozen=True, slots=True)
class Console:
    """Services and the reads that all pages of this process share."""

    database: Database
    auth: Auth
    enqueue: Enqueue
    offers: Mapping[str, OperationOffer]
    secret: str
    is_secure: bool
    outlet: Outlet
    access: SharedReads[int, Viewer | None]
    runs: SharedReads[int, RunSnapshot | None]
    windows: SharedReads[RunWindow, RunListSnapshot]
    packs: SharedReads[int, CardSnapshot]
    pack_details: SharedReads[DetailsKey, CardDetails]
    overviews: SharedReads[Scope, OverviewSnapshot]
    weeks: SharedReads[Scope, WeekSnapshot]
    histories: SharedReads[HistoryKey, TypicalDuration | None]
    bulk_results: SharedReads[BulkKey, tuple[BulkResult, ...]]
    clock: Callable[[], float] = field(default=time.monotonic)


def compose(
    database: Database,
    auth: Auth,
    enqueue: Enqueue,
    offers: Mapping[str, OperationOffer],
    *,
    secret: str,
    is_secure: bool,
    outlet: Outlet | None = None,
) -> Console:
    """A console over these services, with reads of its own."""

    async def read_run(run_id: int) -> RunSnapshot | None:
        last = shared_runs.latest(run_id)
        return await database.read(partial(runs.find_run, run_id=run_id, last=last))

    async def read_window(window: RunWindow) -> RunListSnapshot:
        return await database.read(partial(runs.find_window, window=window))

    async def read_card(tenant_id: int) -> CardSnapshot:
        return await database.read(partial(pack_card.find_card, tenant_id=tenant_id))

    async def read_details(key: DetailsKey) -> CardDetails:
        return await database.read(partial(pack_card.find_card_details, key=key))

    async def read_overview(scope: Scope) -> OverviewSnapshot:
        return await database.read(partial(overview.find_overview, scope=scope))

    async def read_week(scope: Scope) -> WeekSnapshot:
        return await database.read(partial(overview.find_week, scope=scope))

    async def read_history(key: HistoryKey) -> TypicalDuration | None:
        return await database.read(partial(find_typical, key=key))

    async def read_bulk(key: BulkKey) -> tuple[BulkResult, ...]:
        return await database.read(partial(find_results, key=key))

    clock = time.monotonic
    shared_runs = SharedReads("run", read_run, clock)
    return Console(
        database=database,
        auth=auth,
        enqueue=enqueue,
        offers=offers,
        secret=secret,
        is_secure=is_secure,
        outlet=outlet or Outlet(),
        access=SharedReads("access", auth.viewer_of_session, clock),
        runs=shared_runs,
        windows=SharedReads("list", read_window, clock),
        packs=SharedReads("pack", read_card, clock),
        pack_details=SharedReads("pack_details", read_details, clock),
        overviews=SharedReads("overview", read_overview, clock),
        weeks=SharedReads("overview_week", read_week, clock),
        histories=SharedReads("history", read_history, clock),
        bulk_results=SharedReads("bulk", read_bulk, clock),
    )
