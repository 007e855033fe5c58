"""The last hour as lines: a point a minute, gaps where nothing was measured."""

import json

from tests.unit.presenters.factories import LOCALE
from tests.unit.presenters.refresh.factories import a_point, a_snapshot
from ui.components.hour_chart import chart_options
from ui.presenters.refresh.charts import HourView, hour_views


def views(*points: object) -> dict[str, HourView]:
    return {view["key"]: view for view in hour_views(a_snapshot(points=points), LOCALE)}


def test_before_a_minute_is_over_no_chart_has_a_line() -> None:
    assert all(view["lines"] == [] for view in views().values())


def test_an_hour_has_sixty_places_and_a_gap_where_nothing_was_measured() -> None:
    pages = views(a_point(3, live=5), a_point(1, live=7))["pages"]

    assert (len(pages["labels"]), pages["labels"][-1], pages["labels"][0]) == (60, "12:02", "11:03")
    assert pages["lines"][0]["values"][-3:] == [5, None, 7]
    assert pages["lines"][0]["newest"] == "7"


def test_a_summary_says_in_a_sentence_what_the_lines_show() -> None:
    sharing = views(a_point(answers=500.04, statements=1.0))["sharing"]

    assert sharing["summary"] == (
        "The last hour by the minute; in the newest one: 500 answers, 1 statements"
    )


def test_what_nobody_measures_has_no_line() -> None:
    without, with_it = views(a_point()), views(a_point(pause=0.05, memory=183_600_000.0))

    assert (without["pauses"]["lines"], without["memory"]["lines"]) == ([], [])
    assert [line["name"] for line in with_it["pauses"]["lines"]] == ["longest pause, at most"]
    assert with_it["pauses"]["lines"][0]["newest"] == "50"
    assert with_it["memory"]["lines"][0]["newest"] == "184"
    assert views(a_point(pause=1.0))["pauses"]["lines"][0]["newest"] == "1,000"


def test_all_charts_of_a_full_hour_are_light() -> None:
    busy = [
        a_point(
            ago,
            live=1_234 + ago,
            paused=500,
            at_rest=77,
            answers=1_234.5678,
            statements=1.0123,
            ticks=1_000.1,
            skipped=3.33333,
            sent=123_456.789,
            pause=0.0123,
            collecting=0.00123,
            memory=183_612_345.0,
        )
        for ago in range(60, 0, -1)
    ]

    sent = sum(
        len(json.dumps(chart_options(view), separators=(",", ":")))
        for view in views(*busy).values()
    )

    assert sent < 13_000
