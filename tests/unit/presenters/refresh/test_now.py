"""The head of the page: an alarm or none, and the figures that say the most."""

from dataclasses import replace
from datetime import timedelta

from services.refresh_history.history import RefreshSnapshot
from tests.unit.presenters.factories import LOCALE, NOW
from tests.unit.presenters.refresh.factories import a_snapshot, a_span, counted
from ui.presenters.refresh.now import now_view, whose

GERMAN = replace(LOCALE, language="de")


def test_all_is_well_while_nothing_polls_what_is_finished() -> None:
    view = now_view(a_snapshot(), LOCALE)

    assert (view["alarms"], view["quiet"]) == ([], "Nothing has polled a finished record.")


def test_an_alarm_says_what_and_how_often_and_since_when() -> None:
    polled = a_snapshot(
        terminal_polls={"run_detail": 3, "review_pack": 1},
        polled_terminal_at=NOW - timedelta(minutes=2),
    )

    assert now_view(polled, LOCALE)["alarms"] == [
        "1 refresh read a review pack that was already done with.",
        "3 refreshes read a run that had already finished.",
        "Counted since 11:33:10.",
        "It last happened at 12:01:10.",
    ]


def test_an_alarm_of_a_surface_that_has_no_words_is_told_by_its_name() -> None:
    polled = a_snapshot(terminal_polls={"new_one": 1})

    assert now_view(polled, LOCALE)["alarms"][0] == (
        "1 refresh read a record that had already finished (new_one)."
    )


def test_a_process_that_has_just_begun_says_so() -> None:
    view = now_view(RefreshSnapshot(NOW, begun_at=NOW), LOCALE)

    assert view["empty"].startswith("Counting has begun.")
    assert (view["tiles"], view["facts"], view["alarms"]) == ([], [], [])


def test_whose_figures_they_are_and_since_when() -> None:
    assert whose(a_snapshot(), LOCALE).startswith(
        "Counted by this process since 11:33:10, over all"
    )
    assert "other web processes count for themselves" in whose(a_snapshot(), LOCALE)
    assert whose(RefreshSnapshot(NOW), LOCALE).startswith("Counted by the process that shows")


def test_the_tiles_tell_who_watches_and_what_it_costs() -> None:
    latest = a_span(
        {
            counted("poll_ticks_total", surface="run_detail"): 1_234.0,
            counted("ui_updates_total", surface="run_detail"): 3.0,
        },
        {
            counted("pages", surface="run_detail", reason="live"): 1_200.0,
            counted("pages", surface="run_detail", reason="hidden"): 30.0,
            counted("pages", surface="run_detail", reason="terminal"): 4.0,
        },
    )
    hour = a_span(
        {
            counted("snapshot_reads_total", kind="run"): 1_000.0,
            counted("snapshot_shared_total", kind="run"): 4_200.0,
            counted("poll_ticks_total", surface="run_detail"): 5_200.0,
            counted("refresh_bytes_total", surface="run_detail"): 2_600_000.0,
        },
        seconds=3600.0,
    )

    tiles = now_view(a_snapshot(latest=latest, hour=hour), LOCALE)["tiles"]

    assert [(tile["figure"], tile["text"]) for tile in tiles] == [
        ("1,234", "1,200 live, 30 paused, 4 at rest"),
        ("123", "0.3 changed a page, 0 skipped"),
        ("5.2", "5,200 answers from 1,000 statements in the last hour"),
        ("500 bytes", "2.6 MB in the last hour"),
    ]


def test_where_nothing_was_read_there_is_no_ratio() -> None:
    tiles = now_view(a_snapshot(), LOCALE)["tiles"]

    assert [tile["figure"] for tile in tiles] == ["0", "0", "–", "–"]


def test_of_the_process_only_what_somebody_measures_is_told() -> None:
    bare = now_view(a_snapshot(), LOCALE)["facts"]
    measured = a_span(
        {
            counted("gc_pause_seconds_sum", generation="2"): 0.02,
            counted("loop_pause_seconds_bucket", le="0.05"): 3.0,
            counted("loop_pause_seconds_bucket", le="+Inf"): 3.0,
        },
        {
            counted("loop_lag_seconds"): 0.0021,
            counted("memory_bytes"): 183_600_000.0,
            counted("clients"): 1_260.0,
            counted("gone_clients"): 2.0,
        },
    )

    assert bare == [("Loop lag", "0.0 ms")]
    assert now_view(a_snapshot(latest=measured), LOCALE)["facts"] == [
        ("Loop lag", "2.1 ms"),
        ("Longest pause in 10 s", "up to 50 ms"),
        ("Collecting garbage", "2.0 ms a second"),
        ("Memory", "183.6 MB"),
        ("Browser pages", "1,260"),
        ("Gone, still in memory", "2"),
    ]


def test_the_same_in_german() -> None:
    polled = now_view(a_snapshot(terminal_polls={"run_detail": 3}), GERMAN)

    assert polled["alarms"][0] == "3 Aktualisierungen lasen einen Lauf, der schon beendet war."
    assert polled["tiles"][0]["title"] == "Jetzt offen"
