"""Whoever builds a dashboard finds every metric from the first second."""

import pytest
from prometheus_client import generate_latest

from services import metrics


@pytest.mark.parametrize(
    "line",
    [
        'stillwatch_poll_ticks_total{surface="run_detail"}',
        'stillwatch_poll_ticks_total{surface="review_pack"}',
        'stillwatch_poll_ticks_total{surface="run_list"}',
        'stillwatch_poll_skipped_total{reason="hidden",surface="run_detail"}',
        'stillwatch_pollers{interval="1",surface="run_detail"}',
        'stillwatch_pollers{interval="30",surface="run_list"}',
        'stillwatch_pollers{interval="30",surface="overview"}',
        'stillwatch_snapshot_reads_total{kind="run"}',
        'stillwatch_snapshot_reads_total{kind="overview"}',
        'stillwatch_snapshot_reads_total{kind="access"}',
        'stillwatch_snapshot_shared_total{kind="list"}',
        'stillwatch_ui_updates_total{surface="run_list"}',
        'stillwatch_runs{status="queued"}',
        'stillwatch_run_transitions_total{from="queued",to="running"}',
        'stillwatch_socket_refusals_total{reason="too_fast"}',
        'stillwatch_page_refusals_total{reason="too_often"}',
        "stillwatch_sockets_held_total",
        "stillwatch_lease_rescues_total",
        "stillwatch_db_seconds_count",
        "stillwatch_loop_lag_seconds",
    ],
)
def test_every_metric_is_there_from_the_start(line: str) -> None:
    assert f"\n{line} " in generate_latest(metrics.registry).decode()
