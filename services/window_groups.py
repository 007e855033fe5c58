"""The lists that may show the same runs: what is asked about them all, and the answer to each."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.run_snapshot import NO_VERSION, RunSnapshot
from services.run_window import Reach, RunListSnapshot, RunWindow
from services.window_statement import MOST_NEW_RUNS, MOST_NEWER


class WindowGroup:
    """Windows of one reach, with one filter. It is filled from the rows of `window_statement`."""

    def __init__(self, reach: Reach, windows: Sequence[RunWindow]) -> None:
        self._reach = reach
        self._windows = windows
        self._shown: dict[int, RunSnapshot] = {}
        self._newer: list[tuple[int, int]] = []

    def question(self, known: Mapping[int, RunSnapshot]) -> Sequence[Any]:
        """What stands for the group in the parameter `groups`, without its number."""
        run_ids = {run_id for window in self._windows for run_id in window.run_ids}
        shown = [
            (run_id, known[run_id].version if run_id in known else NO_VERSION, None)
            for run_id in run_ids
        ]
        tenants = self._reach.tenant_ids
        branches = [(None, None, tenant) for tenant in tenants or (None,)]
        return (
            self._reach.workspace_id,
            None if tenants is None else [(tenant,) for tenant in tenants],
            min(window.newest_known_id for window in self._windows),
            [*shown, *branches],
        )

    def show(self, run: RunSnapshot) -> None:
        self._shown[run.id] = run

    def announce(self, newer: str) -> None:
        """The newest runs of one branch, as the statement gives them."""
        self._newer += json.loads(newer)

    def answers(self, now: datetime) -> Iterator[tuple[RunWindow, RunListSnapshot]]:
        """What each window is told. Of many that show the same runs, each gets the same tuple."""
        newest = sorted(self._newer)[-MOST_NEWER:]
        newer = [run_id for run_id, _is_wanted in newest]
        wanted = [run_id for run_id, is_wanted in newest if is_wanted]
        runs: dict[tuple[int, ...], tuple[RunSnapshot, ...]] = {}
        for window in self._windows:
            if window.run_ids not in runs:
                runs[window.run_ids] = self._runs_of(window)
            new_runs = min(_above(window.newest_known_id, wanted), MOST_NEW_RUNS)
            is_cut = _above(window.newest_known_id, newer) == MOST_NEWER
            may_be_more = is_cut and new_runs < MOST_NEW_RUNS
            yield window, RunListSnapshot(now, runs[window.run_ids], new_runs, may_be_more)

    def _runs_of(self, window: RunWindow) -> tuple[RunSnapshot, ...]:
        newest_first = sorted(set(window.run_ids), reverse=True)
        return tuple(self._shown[run_id] for run_id in newest_first if run_id in self._shown)


def _above(run_id: int, ids: Sequence[int]) -> int:
    return len(ids) - bisect_right(ids, run_id)
