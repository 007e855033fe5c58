"""How far the making of a pack is, out of whatever is stored of it; it never shows nonsense."""

import math
from collections.abc import Mapping
from typing import Any, TypedDict

from services.packs.order import Stage
from ui.presenters.counts import counts_view

_WORDS = {
    Stage.RUNS: "Reading the runs",
    Stage.AUDIT: "Reading access and audit trail",
    Stage.REPORT: "Writing the report",
}
_STAGES = list(Stage)


class StepView(TypedDict):
    """A stage, and the percentage of it that is done."""

    name: str
    percent: int
    is_current: bool


class MakingView(TypedDict):
    """The steps in their order, the whole in percent, what is done now, and how much was read.

    `percent` is None while nothing sensible is known of the stage.
    """

    steps: list[StepView]
    percent: int | None
    text: str
    counts: str


def making_view(summary: Any, counts: Any) -> MakingView:
    """The progress that a pack's summary and its run's counts tell of."""
    stored = summary if isinstance(summary, Mapping) else {}
    number = _number(stored.get("stage"))
    share = _share(stored.get("share"))
    done = [_done(n, number, share) for n in range(len(_STAGES))]
    return {
        "steps": [
            {"name": _WORDS[stage], "percent": math.floor(done[n] * 100), "is_current": n == number}
            for n, stage in enumerate(_STAGES)
        ],
        "percent": None if number is None else math.floor(sum(done) * 100 / len(done)),
        "text": "Starting" if number is None else _text(number, share),
        "counts": counts_view(counts)["label"] if counts else "",
    }


def _text(number: int, share: float | None) -> str:
    name = f"Step {number + 1} of {len(_STAGES)}: {_WORDS[_STAGES[number]].lower()}"
    return name if share is None else f"{name}, {math.floor(share * 100)} %"


def _number(stage: Any) -> int | None:
    return _STAGES.index(Stage(stage)) if stage in [one.value for one in Stage] else None


def _share(stored: Any) -> float | None:
    is_number = isinstance(stored, int | float) and not isinstance(stored, bool)
    return float(stored) if is_number and 0 <= stored <= 1 else None


def _done(step: int, current: int | None, share: float | None) -> float:
    if current is None or step > current:
        return 0.0
    return 1.0 if step < current else share or 0.0
