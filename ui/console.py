"""What every page needs of the application, composed once in `main`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from policy.access import Scope
from policy.estimate import TypicalDuration
from services import pack_card
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
from services.watched_runs import find_watched
from services.window_reading import find_windows, statements_for


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

    async def read_runs(known: Mapping[int, RunSnapshot | None]) -> Mapping[int, RunSnapshot]:
        return await database.read(partial(find_watched, known=known))

    async def read_windows(
        known: Mapping[RunWindow, RunListSnapshot | None],
    ) -> Mapping[RunWindow, RunListSnapshot]:
        return await database.read(partial(find_windows, windows=known.keys(), known=known))

    async def read_cards(known: Mapping[int, CardSnapshot | None]) -> Mapping[int, CardSnapshot]:
        return await database.read(partial(pack_card.find_cards, tenant_ids=known.keys()))

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
    each = SharedReads.one_by_one
    return Console(
        database=database,
        auth=auth,
        enqueue=enqueue,
        offers=offers,
        secret=secret,
        is_secure=is_secure,
        outlet=outlet or Outlet(),
        access=SharedReads("access", auth.viewers_of_sessions, clock),
        runs=SharedReads("run", read_runs, clock),
        windows=SharedReads("list", read_windows, clock, statements_for),
        packs=SharedReads("pack", read_cards, clock),
        pack_details=each("pack_details", read_details, clock),
        overviews=each("overview", read_overview, clock),
        weeks=each("overview_week", read_week, clock),
        histories=each("history", read_history, clock),
        bulk_results=each("bulk", read_bulk, clock),
    )
