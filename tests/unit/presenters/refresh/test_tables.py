"""Who watches, how reads are shared, what ticks did."""

from typing import Any

from services.refresh_history.history import RefreshSnapshot
from tests.unit.presenters.factories import LOCALE, NOW
from tests.unit.presenters.refresh.factories import a_snapshot, a_span, counted
from ui.presenters.refresh.tables import pages_table, sharing_table, ticks_table


def texts(view: dict[str, Any]) -> list[list[str]]:
    return [[cell["text"] for cell in row["cells"]] for row in view["rows"]]


def test_open_pages_by_surface_and_reason() -> None:
    latest = a_span(
        levels={
            counted("pages", surface="run_detail", reason="live"): 1_200.0,
            counted("pages", surface="run_detail", reason="terminal"): 4.0,
            counted("pages", surface="review_pack", reason="none"): 2.0,
        }
    )

    view = pages_table(a_snapshot(latest=latest), LOCALE)

    assert view["columns"] == [
        *("Part of a page", "Live", "Tab hidden", "Dialog open", "Not connected", "Finished"),
        *("Nothing to refresh", "In all"),
    ]
    assert texts(view)[:2] == [
        ["A run", "1,200", "–", "–", "–", "4", "–", "1,204"],
        ["A review pack", "–", "–", "–", "–", "–", "2", "2"],
    ]


def test_before_anything_is_counted_there_is_a_sentence_and_no_row() -> None:
    young = RefreshSnapshot(NOW)

    views = [table(young, LOCALE) for table in (pages_table, sharing_table, ticks_table)]

    assert [view["rows"] for view in views] == [[], [], []]
    assert all(view["empty"] for view in views)


def test_reads_against_answers_by_what_was_read() -> None:
    hour = a_span(
        {
            counted("snapshot_reads_total", kind="run"): 100.0,
            counted("snapshot_shared_total", kind="run"): 49_900.0,
            counted("snapshot_reads_total", kind="access"): 3.0,
        }
    )

    assert texts(sharing_table(a_snapshot(hour=hour), LOCALE)) == [
        ["Runs", "50,000", "100", "500", "99 %"],
        ["Sign-ins and rights", "3", "3", "1.0", "0 %"],
    ]


def test_what_the_ticks_of_a_surface_did_and_why_others_did_nothing() -> None:
    hour = a_span(
        {
            counted("poll_ticks_total", surface="run_list"): 400.0,
            counted("ui_updates_total", surface="run_list"): 20.0,
            counted("refresh_bytes_total", surface="run_list"): 80_000.0,
            counted("poll_skipped_total", surface="run_list", reason="hidden"): 7.0,
            counted("poll_skipped_total", surface="run_list", reason="dialog"): 1.0,
        }
    )

    view = ticks_table(a_snapshot(hour=hour), LOCALE)

    assert texts(view) == [["Lists of runs", "400", "20", "80.0 kB", "200 bytes", ""]]
    assert view["rows"][0]["cells"][-1]["pairs"] == [("Tab hidden", "7"), ("Dialog open", "1")]
