"""The failures of many runs, one group for each code and type of run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from policy.status import UxStatus
from services.packs.plain_text import LONGEST_DETAIL, plain, whole_number
from services.packs.run_evidence import RunRow

NO_CODE = "unspecified"
OTHER_CODES = "(all others)"
_MOST_GROUPS = 300
_MOST_TYPES = 2_000
_SUCCEEDED, _FAILED = UxStatus.SUCCEEDED, UxStatus.FAILED
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Group:
    occurrences: int = 0
    runs: int = 0
    last_counted_run: int = 0
    first: tuple[datetime, int] | None = None
    last: tuple[datetime, int] = (_NEVER, 0)
    message: str = ""
    sample: str = ""


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one code in runs of one type. `is_recovered`: a later run of that type, in the
    period, succeeded; None where several types are put together."""

    code: str
    type: str
    occurrences: int
    runs: int
    first_at: datetime
    first_run_id: int
    last_at: datetime
    last_run_id: int
    is_recovered: bool | None
    recovered_at: datetime | None
    message: str
    sample: str


class FailureGroups:
    """Collects failures. Past 300 groups the rest is one group that says so."""

    def __init__(self, *, include_details: bool) -> None:
        self._include_details = include_details
        self._groups: dict[tuple[str, str], _Group] = {}
        self._last_success: dict[str, datetime] = {}

    def add(self, run: RunRow, type_: str, status: UxStatus) -> None:
        """Take in a run, whether it failed or not: a success mends the failures before it."""
        created_at = run.created_at or _NEVER
        if status is _SUCCEEDED:
            self._note_success(type_, created_at)
        if run.failures or status is _FAILED:
            for code, entry in failure_entries(run.failures, status):
                self._count(self._group(code, type_), (created_at, run.id), entry)

    def groups(self) -> list[FailureGroup]:
        """All groups, the one with the most recent failure first."""
        found = [self._finished(*key, group) for key, group in self._groups.items()]
        return sorted(found, key=lambda g: (g.last_at, g.last_run_id, g.code, g.type), reverse=True)

    def _note_success(self, type_: str, created_at: datetime) -> None:
        known = self._last_success.get(type_)
        is_first = known is None and len(self._last_success) < _MOST_TYPES
        if is_first or (known is not None and created_at > known):
            self._last_success[type_] = created_at

    def _group(self, code: str, type_: str) -> _Group:
        key = (code, type_)
        if key not in self._groups and len(self._groups) >= _MOST_GROUPS:
            key = (OTHER_CODES, OTHER_CODES)
        return self._groups.setdefault(key, _Group())

    def _count(
        self, group: _Group, occurrence: tuple[datetime, int], entry: Mapping[str, Any]
    ) -> None:
        group.occurrences += max(whole_number(entry.get("count")) or 1, 1)
        if group.last_counted_run != occurrence[1]:
            group.runs += 1
            group.last_counted_run = occurrence[1]
        group.first = min(group.first or occurrence, occurrence)
        group.last = max(group.last, occurrence)
        if self._include_details:
            group.message = group.message or plain(entry.get("message"), LONGEST_DETAIL)
            group.sample = group.sample or plain(entry.get("sample"), LONGEST_DETAIL)

    def _finished(self, code: str, type_: str, group: _Group) -> FailureGroup:
        first_at, first_run_id = group.first or group.last
        last_at, last_run_id = group.last
        success = self._last_success.get(type_)
        recovered_at = success if success is not None and success > last_at else None
        return FailureGroup(
            code=code,
            type=type_,
            occurrences=group.occurrences,
            runs=group.runs,
            first_at=first_at,
            first_run_id=first_run_id,
            last_at=last_at,
            last_run_id=last_run_id,
            is_recovered=None if type_ == OTHER_CODES else recovered_at is not None,
            recovered_at=recovered_at,
            message=group.message,
            sample=group.sample,
        )


def failure_codes(run: RunRow) -> list[str]:
    """The codes that the run recorded, in its own order."""
    return [_code(entry) for entry in _recorded(run.failures)]


def failure_entries(failures: Any, status: UxStatus) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The code and the entry of each failure that a run recorded as `failures`, whatever that is;
    a failed run that recorded none has one without a code."""
    recorded = _recorded(failures)
    if not recorded and status is _FAILED:
        yield NO_CODE, {}
    for entry in recorded:
        yield _code(entry), entry


def _recorded(failures: Any) -> list[Mapping[str, Any]]:
    # Written by any program: whatever is no list of objects records no failure.
    if not isinstance(failures, list) or not failures:
        return []
    return [entry for entry in failures if isinstance(entry, Mapping)]


def _code(entry: Mapping[str, Any]) -> str:
    return plain(entry.get("code"), 100) or NO_CODE
