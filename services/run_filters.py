"""Which runs of a workspace a list asks for, as the parameters of an address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from policy.status import UxStatus

SYSTEM_ID = 0
LONGEST_VALUE = 200
MOST_VALUES = 20
SPANS = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
OUTCOMES = (UxStatus.SUCCEEDED, UxStatus.PARTIAL, UxStatus.FAILED, UxStatus.CANCELLED)
STATUSES = (UxStatus.QUEUED, UxStatus.RUNNING, UxStatus.UNKNOWN)

_COMPLETED = "completed"
_ALSO = {"partially_succeeded": UxStatus.PARTIAL}
_LIST = ("status", "outcome", "type")
_SINGLE = ("tenant", "by", "from", "until", "last", "q", "sort")
_TIMES = ("from", "until")
_OLDEST_FIRST = "oldest"
_EARLIEST_YEAR, _LATEST_YEAR = 1970, 9998
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class RunFilter:
    """All that is given must hold; an empty filter asks for every run. Times are aware UTC,
    `created_from` included, `created_before` not. `statuses` are UX statuses (`policy.status`),
    any of which will do; so will any of `types`. `initiator_id` 0 is the system itself.
    `last` is a word of `SPANS`, counted back from the moment of the read.
    """

    statuses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tenant_slug: str | None = None
    initiator_id: int | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    text: str = ""
    last: str = ""
    is_oldest_first: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it asks for every run, in whatever order."""
        return replace(self, is_oldest_first=False) == ANY_RUN

    @property
    def has_period(self) -> bool:
        return bool(self.last or self.created_from or self.created_before)


ANY_RUN = RunFilter()


class Problem(StrEnum):
    """What is wrong with a parameter, which is then left out of account."""

    UNKNOWN_FILTER = "unknown_filter"
    UNKNOWN_VALUE = "unknown_value"
    NOT_A_TIME = "not_a_time"
    ENDS_BEFORE_IT_STARTS = "ends_before_it_starts"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    UNPRINTABLE = "unprintable"
    NO_SUCH_PLACE = "no_such_place"


@dataclass(frozen=True, slots=True)
class Flaw:
    """A parameter that was not understood; `value` is untrusted, its first characters only."""

    parameter: str
    problem: Problem
    value: str = ""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What could be made of an address: the filter, and what was wrong with the rest."""

    wanted: RunFilter
    flaws: tuple[Flaw, ...]


def read_run_filter(
    parameters: Iterable[tuple[str, str]], zone: ZoneInfo, others: Iterable[str] = ()
) -> AskedFor:
    """The filter that `parameters` ask for; never raises. Times without an offset are of `zone`.

    `others` are the parameters of the same address that are somebody else's.
    """
    return _Reading(zone, frozenset(others)).read(parameters)


def for_every_zone(parameters: Iterable[tuple[str, str]], zone: ZoneInfo) -> list[tuple[str, str]]:
    """The same parameters, but that times without an offset, of `zone`, are given one: whoever
    is sent the address means the same period, wherever they are.
    """
    return [
        (name, _with_offset(value, zone) if name in _TIMES else value) for name, value in parameters
    ]


def filter_parameters(wanted: RunFilter) -> list[tuple[str, str]]:
    """The parameters that `read_run_filter` makes the same filter of, in a steady order."""
    pairs = [("status", status) for status in wanted.statuses if status in STATUSES]
    pairs += [("outcome", status) for status in wanted.statuses if status in OUTCOMES]
    pairs += [("type", kind) for kind in wanted.types]
    single = (
        ("tenant", wanted.tenant_slug),
        ("by", _initiator_word(wanted.initiator_id)),
        ("last", wanted.last),
        ("from", _instant(wanted.created_from)),
        ("until", _instant(wanted.created_before)),
        ("q", wanted.text),
        ("sort", _OLDEST_FIRST if wanted.is_oldest_first else ""),
    )
    return pairs + [(name, value) for name, value in single if value]


def settled(wanted: RunFilter, now: datetime) -> RunFilter:
    """The same filter with the period that `last` means at `now`."""
    if not wanted.last:
        return wanted
    begin = now - SPANS[wanted.last]
    begin = max(begin, wanted.created_from or begin)
    return replace(wanted, last="", created_from=begin)


class _Reading:
    """One address being read."""

    def __init__(self, zone: ZoneInfo, others: frozenset[str]) -> None:
        self._zone = zone
        self._others = others
        self._flaws: list[Flaw] = []

    def read(self, parameters: Iterable[tuple[str, str]]) -> AskedFor:
        given = self._sorted(parameters)
        one = {name: values[-1] for name, values in given.items()}
        wanted = RunFilter(
            statuses=self._statuses(given.get("status", []), given.get("outcome", [])),
            types=tuple(dict.fromkeys(given.get("type", []))),
            tenant_slug=one.get("tenant"),
            initiator_id=self._initiator(one.get("by")),
            last=self._chosen("last", one.get("last"), tuple(SPANS)),
            created_from=self._time("from", one.get("from")),
            created_before=self._time("until", one.get("until")),
            text=one.get("q", ""),
            is_oldest_first=self._chosen("sort", one.get("sort"), ("newest", _OLDEST_FIRST))
            == _OLDEST_FIRST,
        )
        wanted = self._with_sound_period(wanted)
        return AskedFor(wanted, tuple(self._flaws))

    def _sorted(self, parameters: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
        given: dict[str, list[str]] = {}
        for name, value in parameters:
            if name in self._others:
                continue
            if name not in _LIST and name not in _SINGLE:
                self._flaw("", Problem.UNKNOWN_FILTER, name)
            elif self._is_sound(name, value.strip()):
                given.setdefault(name, []).append(value.strip())
        for name, values in given.items():
            if len(values) > MOST_VALUES:
                self._flaw(name, Problem.TOO_MANY)
                del values[MOST_VALUES:]
        return given

    def _is_sound(self, name: str, value: str) -> bool:
        if len(value) > LONGEST_VALUE:
            self._flaw(name, Problem.TOO_LONG, value)
        elif not value.isprintable():
            self._flaw(name, Problem.UNPRINTABLE, value)
        else:
            return value != ""  # an empty field of the form asks for nothing
        return False

    def _statuses(self, statuses: Sequence[str], outcomes: Sequence[str]) -> tuple[str, ...]:
        wanted: list[str] = []
        for name, words in (("status", statuses), ("outcome", outcomes)):
            for word in words:
                if word == _COMPLETED and name == "status":
                    wanted += OUTCOMES
                elif _ALSO.get(word, word) in list(UxStatus):
                    wanted.append(str(_ALSO.get(word, word)))
                else:
                    self._flaw(name, Problem.UNKNOWN_VALUE, word)
        return tuple(status.value for status in UxStatus if status in wanted)

    def _initiator(self, word: str | None) -> int | None:
        if word is None:
            return None
        if word == "system":
            return SYSTEM_ID
        if word.isascii() and word.isdigit() and 0 < int(word) <= LARGEST_ID:
            return int(word)
        self._flaw("by", Problem.UNKNOWN_VALUE, word)
        return None

    def _chosen(self, name: str, word: str | None, choices: Sequence[str]) -> str:
        if word is None or word in choices:
            return word or ""
        self._flaw(name, Problem.UNKNOWN_VALUE, word)
        return ""

    def _time(self, name: str, text: str | None) -> datetime | None:
        if text is None:
            return None
        try:
            time = datetime.fromisoformat(text)
            # Room for any zone in which it is shown again.
            if not _EARLIEST_YEAR <= time.year <= _LATEST_YEAR:
                raise ValueError
            return _in_utc(time, self._zone)
        except (ValueError, OverflowError):
            self._flaw(name, Problem.NOT_A_TIME, text)
            return None

    def _with_sound_period(self, wanted: RunFilter) -> RunFilter:
        begin, end = wanted.created_from, wanted.created_before
        if begin is not None and end is not None and end <= begin:
            self._flaw("until", Problem.ENDS_BEFORE_IT_STARTS)
            return replace(wanted, created_from=None, created_before=None)
        return wanted

    def _flaw(self, name: str, problem: Problem, value: str = "") -> None:
        flaw = Flaw(name, problem, value[:60])
        if flaw not in self._flaws and len(self._flaws) < MOST_VALUES:
            self._flaws.append(flaw)


def _with_offset(text: str, zone: ZoneInfo) -> str:
    try:
        time = datetime.fromisoformat(text.strip())
        return text if time.tzinfo else _instant(_in_utc(time, zone)) or text
    except (ValueError, OverflowError):
        return text


def _in_utc(time: datetime, zone: ZoneInfo) -> datetime:
    return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)


def _initiator_word(initiator_id: int | None) -> str | None:
    if initiator_id is None:
        return None
    return "system" if initiator_id == SYSTEM_ID else str(initiator_id)


def _instant(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat().replace("+00:00", "Z")
