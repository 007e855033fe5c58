"""What follows of two moments: differences, rates, ratios."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge

from services.refresh_history.figures import Figures, Series, read_figures
from services.refresh_history.point import point_of
from services.refresh_history.span import (
    Span,
    answers,
    between,
    bytes_per_tick,
    joined,
    longest_pause,
    sharing_ratio,
)

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def series(name: str, **labels: str) -> Series:
    return f"stillwatch_{name}", tuple(sorted(labels.items()))


def figures(
    seconds: float,
    counters: Mapping[Series, float],
    gauges: Mapping[Series, float] | None = None,
) -> Figures:
    return Figures(NOW + timedelta(seconds=seconds), 500.0 + seconds, counters, gauges or {})


def a_span(counts: Mapping[Series, float], seconds: float = 10.0) -> Span:
    return Span(NOW, seconds, counts, {})


READS = series("snapshot_reads_total", kind="run")
SHARED = series("snapshot_shared_total", kind="run")


def test_a_span_is_how_far_the_counters_moved_and_how_the_gauges_stand() -> None:
    lists, live = series("snapshot_reads_total", kind="list"), series("pages", reason="live")
    hidden = series("pages", reason="hidden")

    span = between(
        figures(0, {READS: 5.0, lists: 7.0}, {live: 1.0}),
        figures(20, {READS: 25.0, lists: 7.0, SHARED: 3.0}, {live: 4.0, hidden: 0.0}),
    )

    assert (span.since, span.seconds) == (NOW, 20.0)
    assert span.counts == {READS: 20.0, SHARED: 3.0}
    assert span.levels == {live: 4.0}
    assert span.rate("stillwatch_snapshot_reads_total") == 1.0


def test_labels_choose_and_what_is_not_there_is_none() -> None:
    hidden = series("poll_skipped_total", surface="run_list", reason="hidden")
    dialog = series("poll_skipped_total", surface="run_list", reason="dialog")
    span = a_span({hidden: 4.0, dialog: 1.0})

    assert span.total("stillwatch_poll_skipped_total") == 5.0
    assert span.total("stillwatch_poll_skipped_total", reason="hidden") == 4.0
    assert span.total("stillwatch_poll_skipped_total", reason="hidden", surface="x") == 0.0
    assert span.totals("stillwatch_poll_skipped_total", "reason") == {"hidden": 4.0, "dialog": 1.0}
    assert span.total("stillwatch_never_heard_of") == 0.0


def test_spans_that_follow_each_other_join() -> None:
    first, second = a_span({READS: 2.0}), a_span({READS: 3.0, SHARED: 1.0}, 5.0)

    whole = joined(first, second)

    assert (whole.since, whole.seconds) == (NOW, 15.0)
    assert whole.counts == {READS: 5.0, SHARED: 1.0}
    assert first.counts == {READS: 2.0}


def test_the_sharing_ratio_is_answers_a_statement() -> None:
    span = a_span({READS: 10.0, SHARED: 4_990.0})

    assert (answers(span), sharing_ratio(span)) == (5_000.0, 500.0)
    assert sharing_ratio(a_span({SHARED: 3.0})) is None


def test_bytes_are_told_by_the_tick_whether_it_changed_anything_or_not() -> None:
    ticks = series("poll_ticks_total", surface="run_detail")
    sent = series("refresh_bytes_total", surface="run_detail")

    assert bytes_per_tick(a_span({ticks: 100.0, sent: 2_500.0})) == 25.0
    assert bytes_per_tick(a_span({sent: 1.0})) is None


@pytest.mark.parametrize(
    ("counts", "pause"),
    [
        ({}, None),
        ({"0.01": 5.0, "0.1": 5.0, "+Inf": 5.0}, 0.01),
        ({"0.01": 4.0, "0.1": 5.0, "+Inf": 5.0}, 0.1),
        ({"0.1": 4.0, "+Inf": 5.0}, 0.1),
        ({"+Inf": 1.0}, 0.0),
    ],
)
def test_the_longest_pause_is_the_bound_of_the_last_place_that_filled(
    counts: dict[str, float], pause: float | None
) -> None:
    buckets = {series("loop_pause_seconds_bucket", le=le): n for le, n in counts.items()}

    assert longest_pause(a_span(buckets)) == pause


def test_no_time_at_all_has_no_rate() -> None:
    assert a_span({READS: 1.0}, 0.0).rate("stillwatch_snapshot_reads_total") == 0.0


def test_a_point_sorts_pages_by_what_they_do_and_tells_what_nobody_measures() -> None:
    levels = {
        series("pages", surface="run_detail", reason="live"): 5.0,
        series("pages", surface="run_list", reason="live"): 1.0,
        series("pages", surface="run_detail", reason="hidden"): 2.0,
        series("pages", surface="run_detail", reason="dialog"): 1.0,
        series("pages", surface="run_detail", reason="terminal"): 7.0,
        series("pages", surface="review_pack", reason="none"): 1.0,
    }

    point = point_of(Span(NOW, 60.0, {READS: 60.0, SHARED: 540.0}, levels))

    assert (point.live, point.paused, point.at_rest) == (6, 3, 8)
    assert (point.statements, point.answers) == (1.0, 10.0)
    assert (point.pause, point.collecting, point.memory) == (None, None, None)


def test_figures_are_read_by_name_and_others_left_alone() -> None:
    registry = CollectorRegistry()
    Counter("stillwatch_poll_ticks", "x", ["surface"], registry=registry).labels("a").inc(3)
    Gauge("stillwatch_pages", "x", ["surface", "reason"], registry=registry).labels("a", "b").set(2)
    Gauge("stillwatch_something_else", "x", registry=registry).set(9)

    found = read_figures(registry, NOW, 7.0)

    assert found.counters == {series("poll_ticks_total", surface="a"): 3.0}
    assert found.gauges == {series("pages", surface="a", reason="b"): 2.0}
