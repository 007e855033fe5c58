"""How far the making of a pack is, out of whatever is stored of it; it never shows nonsense."""

import math
from collections.abc import Mapping
from typing import Any, TypedDict

from policy.wording import said
from services.packs.order import Stage
from ui.presenters.counts import counts_view
from ui.presenters.locale import Locale

_WORDS = {
    Stage.RUNS: said("Reading the runs"),
    Stage.AUDIT: said("Reading access and audit trail"),
    Stage.REPORT: said("Writing the report"),
}
_STEPS = {
    Stage.RUNS: said("Step 1 of 3: reading the runs"),
    Stage.AUDIT: said("Step 2 of 3: reading access and audit trail"),
    Stage.REPORT: said("Step 3 of 3: writing the report"),
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


def making_view(summary: Any, counts: Any, locale: Locale) -> MakingView:
    """The progress that a pack's summary and its run's counts tell of."""
    stored = summary if isinstance(summary, Mapping) else {}
    number = _number(stored.get("stage"))
    share = _share(stored.get("share"))
    done = [_done(n, number, share) for n in range(len(_STAGES))]
    return {
        "steps": [_step(stage, done[n], n == number, locale) for n, stage in enumerate(_STAGES)],
        "percent": None if number is None else math.floor(sum(done) * 100 / len(done)),
        "text": locale.say("Starting") if number is None else _text(number, share, locale),
        "counts": counts_view(counts, locale)["label"] if counts else "",
    }


def _step(stage: Stage, done: float, is_current: bool, locale: Locale) -> StepView:
    name, percent = locale.told(_WORDS[stage]), math.floor(done * 100)
    return {"name": name, "percent": percent, "is_current": is_current}


def _text(number: int, share: float | None, locale: Locale) -> str:
    name = locale.told(_STEPS[_STAGES[number]])
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
