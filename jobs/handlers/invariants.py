"""What must hold of any stored run. Works on raw columns, so that no corruption escapes it."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from models import RunOutcome, RunStatus

Finding = tuple[str, str]  # (code, message)

_COUNTED = ("processed", "succeeded", "failed", "skipped", "total")
_STATUSES = frozenset(RunStatus)
_OUTCOMES = frozenset(RunOutcome)


def findings(run: Mapping[str, Any]) -> Iterator[Finding]:
    """Every invariant that `run`, raw columns by name, breaks."""
    yield from _of_states(run["status"], run["outcome"], run["completed_at"])
    yield from _of_times(run["created_at"], run["started_at"], run["completed_at"])
    yield from _of_counts(run["summary_counts"])


def _of_states(status: Any, outcome: Any, completed_at: Any) -> Iterator[Finding]:
    if status not in _STATUSES:
        yield "unknown_status", "The status is none that anybody knows"
    if outcome is not None and outcome not in _OUTCOMES:
        yield "unknown_outcome", "The outcome is none that anybody knows"
    if status == RunStatus.COMPLETED:
        if outcome is None:
            yield "completed_without_outcome", "Completed, but with no outcome"
        if completed_at is None:
            yield "completed_without_time", "Completed, but nobody knows when"
    elif outcome is not None:
        yield "outcome_too_early", "There is an outcome, but the run is not completed"


def _of_times(created_at: Any, started_at: Any, completed_at: Any) -> Iterator[Finding]:
    times = [_instant(value) for value in (created_at, started_at, completed_at)]
    if any(time is _UNREADABLE for time in times):
        yield "unreadable_time", "A timestamp cannot be read"
    known = [time for time in times if isinstance(time, datetime)]
    if known != sorted(known):
        yield "times_out_of_order", "Created, started and completed are out of order"


def _of_counts(stored: Any) -> Iterator[Finding]:
    try:
        counts = json.loads(stored) if isinstance(stored, str) else stored
    except (ValueError, RecursionError):
        yield "unreadable_counts", "The counts cannot be read"
        return
    if counts is None or counts == {}:
        return
    if not isinstance(counts, dict):
        yield "unreadable_counts", "The counts cannot be read"
        return
    given = {name: counts[name] for name in _COUNTED if name in counts}
    if any(isinstance(n, bool) or not isinstance(n, int) for n in given.values()):
        yield "counts_not_numbers", "A count is no whole number"
    elif any(n < 0 for n in given.values()):
        yield "negative_counts", "A count is below zero"
    elif _contradict(given):
        yield "contradicting_counts", "The counts contradict each other"


def _contradict(counts: Mapping[str, int]) -> bool:
    if "processed" in counts and counts["processed"] > counts.get("total", counts["processed"]):
        return True
    parts = [counts[name] for name in ("succeeded", "failed", "skipped") if name in counts]
    return len(parts) == 3 and "processed" in counts and sum(parts) != counts["processed"]


_UNREADABLE = object()


def _instant(value: Any) -> Any:
    if value is None or isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return _UNREADABLE
