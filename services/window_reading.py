"""The lists on all screens, read in one statement for each filter that they have."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from models.columns import read_time
from services.run_filters import RunFilter
from services.run_snapshot import RunSnapshot, stored_in
from services.run_window import RunListSnapshot, RunWindow
from services.window_groups import WindowGroup
from services.window_statement import windows_statement

K = TypeVar("K")

Known = Mapping[RunWindow, RunListSnapshot | None]
_NOTHING: Known = {}


def find_windows(
    session: Session, windows: Collection[RunWindow], known: Known = _NOTHING
) -> dict[RunWindow, RunListSnapshot]:
    """The runs of each window as they are now, and the number of newer ones; one statement for
    all windows with one filter.

    Of the newest snapshots that are `known`, of these windows or others, is taken over what is
    stored of runs whose version has not moved.
    """
    runs = _newest_of(known)
    found: dict[RunWindow, RunListSnapshot] = {}
    for wanted, alike in _by(windows, lambda window: window.filter).items():
        found.update(_find_alike(session, wanted, alike, runs))
    return found


def statements_for(windows: Iterable[RunWindow]) -> int:
    """How many statements `find_windows` needs."""
    return len({window.filter for window in windows})


def find_window(session: Session, window: RunWindow) -> RunListSnapshot:
    """`find_windows` of one."""
    return find_windows(session, (window,))[window]


def _newest_of(known: Known) -> dict[int, RunSnapshot]:
    """Each run as it was last seen in any list: what is stored of it is the same for all."""
    runs: dict[int, RunSnapshot] = {}
    # Many lists show the same runs, and then share the tuple of them.
    shown = {id(one.runs): one.runs for one in known.values() if one is not None}
    for run in (run for runs_of_one in shown.values() for run in runs_of_one):
        if run.id not in runs or runs[run.id].version < run.version:
            runs[run.id] = run
    return runs


def _find_alike(
    session: Session,
    wanted: RunFilter,
    windows: Iterable[RunWindow],
    known: Mapping[int, RunSnapshot],
) -> Iterator[tuple[RunWindow, RunListSnapshot]]:
    by_reach = _by(windows, lambda window: window.reach)
    groups = [WindowGroup(reach, its) for reach, its in by_reach.items()]
    asked = json.dumps([(n, *group.question(known)) for n, group in enumerate(groups)])
    # Past the layer of mapped objects, which has none here and costs as much as the reading.
    rows = session.connection().execute(windows_statement(wanted), {"groups": asked}).all()
    now = read_time(rows[0].now)
    assert now is not None
    read = _Read(now, known, session.get_bind().dialect)
    for row in rows:
        if row.newer is not None:
            groups[row.number].announce(row.newer)
        elif row.id is not None:
            groups[row.number].show(read.run(row))
    for group in groups:
        yield from group.answers(now)


class _Read:
    """The runs of one statement, each made once however many groups show it."""

    def __init__(self, now: datetime, known: Mapping[int, RunSnapshot], dialect: Dialect) -> None:
        self._now = now
        self._known = known
        self._dialect = dialect
        self._runs: dict[int, RunSnapshot] = {}

    def run(self, row: Row[Any]) -> RunSnapshot:
        run = self._runs.get(row.id)
        if run is None:
            stored = stored_in(row, self._known.get(row.id), self._dialect)
            run = self._runs[row.id] = RunSnapshot(self._now, *stored)
        return run


def _by(windows: Iterable[RunWindow], key: Callable[[RunWindow], K]) -> Mapping[K, list[RunWindow]]:
    found: dict[K, list[RunWindow]] = defaultdict(list)
    for window in windows:
        found[key(window)].append(window)
    return found
