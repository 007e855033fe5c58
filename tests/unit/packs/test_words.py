import pytest

from services.packs.report.words import percent


@pytest.mark.parametrize(
    ("succeeded", "judged", "shown"),
    [
        (19, 22, "86.4 %"),
        (2, 3, "66.7 %"),
        (1, 3, "33.3 %"),
        (29, 100, "29.0 %"),
        (22, 22, "100.0 %"),
        (0, 22, "0.0 %"),
    ],
)
def test_percentages_are_rounded_to_a_tenth(succeeded: int, judged: int, shown: str) -> None:
    assert percent(succeeded / judged) == shown


def test_no_rounding_hides_a_single_failure_or_success() -> None:
    assert percent(999_999 / 1_000_000) == "99.9 %"
    assert percent(1 / 1_000_000) == "0.1 %"


def test_no_share_is_no_percentage() -> None:
    assert percent(None) == "–"
