"""The types that stand out, each with its own figure."""

from services.overview.outcomes import Outcomes
from services.overview.reading import WeekSnapshot
from services.overview.run_types import TypeFigures
from services.overview.window import Window
from tests.unit.presenters.factories import BERLIN, NOW
from ui.presenters.locale import Locale
from ui.presenters.overview.run_types import TypesView, types_view

ENGLISH = Locale("en", BERLIN)


def view(*types: TypeFigures) -> TypesView:
    return types_view(WeekSnapshot(NOW, Outcomes(Window(NOW)), types), ENGLISH)


def test_most_failing_and_slowest_in_their_order_with_as_of_when() -> None:
    shown = view(
        TypeFigures("quick", 100, 7, 1.0, 2.0),
        TypeFigures("slow", 50, 1, 60.0, 120.0),
        TypeFigures("rare", 1, 0),
    )

    failing, slowest = shown["rankings"]
    assert [(row["type"], row["figure"], row["detail"]) for row in failing["rows"]] == [
        ("quick", "7 failed", "7 % of 100"),
        ("slow", "1 failed", "2 % of 50"),
    ]
    assert [(row["type"], row["figure"], row["detail"]) for row in slowest["rows"]] == [
        ("slow", "95 % within 2 min", "half within 1 min"),
        ("quick", "95 % within 2 s", "half within 1 s"),
    ]
    assert [row["percent"] for row in slowest["rows"]] == [100, 2]
    assert failing["rows"][0]["href"] == "/operations?status=failed&type=quick&last=7d"
    assert (shown["as_of"], shown["as_of_utc"]) == ("as of 12:03", "2026-11-24 11:03:10 UTC")


def test_only_a_few_are_shown_and_none_is_said() -> None:
    many = view(*(TypeFigures(f"t{n}", 10, 1, 1.0, 2.0) for n in range(30)))
    none = view(TypeFigures("t", 3, 0))

    assert [len(ranking["rows"]) for ranking in many["rankings"]] == [5, 5]
    assert [ranking["empty"] for ranking in none["rankings"]] == [
        "No type has failed.",
        "No type has ended often enough to tell.",
    ]
