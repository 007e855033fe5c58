"""What is asked of a pack, and how its making is followed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from policy.instant import elapsed, require_aware
from policy.wording import said

_LONGEST = timedelta(days=3660)


class PackOptionsError(ValueError):
    """The options ask for no possible pack; the message says why and is safe to show."""


class Section(StrEnum):
    """A part of the report; all but `PACKS` come with a CSV of the same name."""

    RUNS = "runs"
    FAILURES = "failures"
    ACCESS = "access"
    AUDIT = "audit"
    PACKS = "packs"


class Stage(StrEnum):
    """What the making of a pack is at."""

    RUNS = "runs"
    AUDIT = "audit"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class PackOptions:
    """The period `[period_from, period_to)` in aware time, and what the report covers of it."""

    period_from: datetime
    period_to: datetime
    sections: frozenset[Section] = frozenset(Section)
    include_failure_details: bool = False

    def __post_init__(self) -> None:
        require_aware(period_from=self.period_from, period_to=self.period_to)
        span = elapsed(self.period_from, self.period_to)
        if not timedelta(0) < span <= _LONGEST:
            raise PackOptionsError(
                said("A period begins before it ends, and is at most ten years long.")
            )
        if not self.sections:
            raise PackOptionsError(said("A pack needs at least one section."))

    def as_json(self) -> dict[str, Any]:
        """As stored in `review_pack.options`, in the run's context and in the manifest."""
        return {
            "from": self.period_from.astimezone(UTC).isoformat(),
            "to": self.period_to.astimezone(UTC).isoformat(),
            "sections": [section.value for section in Section if section in self.sections],
            "include_failure_details": self.include_failure_details,
        }


def parse_options(stored: Any) -> PackOptions:
    """The options that `as_json` wrote; sections left out mean all. Raises `PackOptionsError`."""
    if not isinstance(stored, Mapping):
        raise PackOptionsError("The options of the pack cannot be read.")
    names = stored.get("sections", list(Section))
    if not isinstance(names, list) or not all(name in list(Section) for name in names):
        raise PackOptionsError("The options name a section that there is not.")
    return PackOptions(
        _instant(stored.get("from")),
        _instant(stored.get("to")),
        frozenset(Section(name) for name in names),
        stored.get("include_failure_details") is True,
    )


def _instant(text: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise PackOptionsError("The options lack a readable period.") from error
    if instant.utcoffset() is None:
        raise PackOptionsError("The period's times need a time zone.")
    return instant


@dataclass(frozen=True, slots=True)
class PackOrder:
    """One pack to make. `generated_at` is given, so that equal evidence makes equal bytes.

    The pack, and the run that makes it, are no evidence of themselves and left out.
    """

    pack_id: int
    run_id: int | None
    tenant_id: int
    options: PackOptions
    asked_by_user_id: int | None
    generated_at: datetime
    software_version: str

    def __post_init__(self) -> None:
        require_aware(generated_at=self.generated_at)


@dataclass(frozen=True, slots=True)
class Step:
    """How far the making is: runs read so far, and the share of the stage in 0…1."""

    stage: Stage
    runs: int
    share: float


# Called about every thousand rows and between slow steps; whatever it raises ends the making.
Progress = Callable[[Step], None]
