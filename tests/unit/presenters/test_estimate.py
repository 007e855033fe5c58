"""The words for how long a run takes claim no more than its past does."""

import pytest

from policy.estimate import Estimate, Pace, TypicalDuration
from tests.unit.presenters.factories import BERLIN
from ui.presenters.estimate import run_estimate
from ui.presenters.locale import Locale

ENGLISH = Locale("en", BERLIN)
TYPICAL = TypicalDuration(40.0, 120.0)
USUALLY = "Usually 40 s – 2 min: half of past runs took up to 40 s."


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (None, ""),
        (Estimate(Pace.NOT_BEGUN, TYPICAL), USUALLY),
        (Estimate(Pace.USUAL, TYPICAL, 30), f"About 30 s left. {USUALLY}"),
        (Estimate(Pace.SLOWER_THAN_HALF, TYPICAL), f"Slower than half of past runs. {USUALLY}"),
        (Estimate(Pace.SLOWER_THAN_MOST, TYPICAL), f"Slower than 95 % of past runs. {USUALLY}"),
        (
            Estimate(Pace.USUAL, TypicalDuration(7, 7.4), 10),
            "About 10 s left. Usually 7 s – 7.4 s: half of past runs took up to 7 s.",
        ),
        (Estimate(Pace.NOT_BEGUN, TypicalDuration(7, 7)), "Usually 7 s."),
    ],
)
def test_it_is_said_in_words(estimate: Estimate | None, text: str) -> None:
    assert run_estimate(estimate, ENGLISH) == text
