"""Whoever builds a dashboard finds every metric of the contract from the first second, at zero."""

import subprocess
import sys
from itertools import product
from pathlib import Path

from policy.decision import Reason
from policy.lifecycle import IllegalTransitionError, RunEvent, next_status
from services import metrics

ROOT = Path(__file__).resolve().parents[2]
# The contract's own spelling, written out by hand; a name's labels in the order of the alphabet.
SURFACES = ("run_detail", "review_pack", "run_list")
REASONS = (
    *("live", "hidden", "dialog", "disconnected", "terminal", "expired", "unknown", "missing"),
    *("unauthorised", "none"),
)
KINDS = ("run", "pack", "list", "access")
INTERVALS = {"run_detail": (1, 5, 10), "review_pack": (10,), "run_list": (10, 30)}
CONTRACT = [
    *(f'stillwatch_poll_ticks_total{{surface="{s}"}}' for s in SURFACES),
    *(
        f'stillwatch_poll_skipped_total{{reason="{r}",surface="{s}"}}'
        for s, r in product(SURFACES, REASONS[1:])
    ),
    *(
        f'stillwatch_pollers{{interval="{interval}",surface="{surface}"}}'
        for surface, intervals in INTERVALS.items()
        for interval in intervals
    ),
    *(f'stillwatch_snapshot_reads_total{{kind="{kind}"}}' for kind in KINDS),
    *(f'stillwatch_snapshot_shared_total{{kind="{kind}"}}' for kind in KINDS),
    *(f'stillwatch_ui_updates_total{{surface="{s}"}}' for s in SURFACES),
    'stillwatch_runs{status="queued"}',
    'stillwatch_runs{status="running"}',
    'stillwatch_run_transitions_total{from="queued",to="running"}',
    "stillwatch_lease_rescues_total",
    "stillwatch_db_seconds_count",
    "stillwatch_db_seconds_sum",
    'stillwatch_db_seconds_bucket{le="+Inf"}',
    "stillwatch_loop_lag_seconds",
]
OURS = [
    *(
        f'stillwatch_pages{{reason="{r}",surface="{s}"}}'
        for s, r in product((*SURFACES, "overview", "refresh"), REASONS)
    ),
    *(f'stillwatch_refresh_bytes_total{{surface="{s}"}}' for s in (*SURFACES, "refresh")),
    *(f'stillwatch_terminal_polls_total{{surface="{s}"}}' for s in (*SURFACES, "refresh")),
    'stillwatch_loop_pause_seconds_bucket{le="0.1"}',
    'stillwatch_gc_pause_seconds_count{generation="2"}',
    *(f'stillwatch_snapshots{{kind="{kind}"}}' for kind in KINDS),
    "stillwatch_tasks",
    "stillwatch_clients",
    "stillwatch_gone_clients",
    *(f'stillwatch_snapshots{{kind="{kind}"}}' for kind in KINDS),
    'stillwatch_socket_refusals_total{reason="too_fast"}',
    'stillwatch_page_refusals_total{reason="too_often"}',
    "stillwatch_sockets_held_total",
]


def test_every_metric_is_there_from_the_start_with_its_zero() -> None:
    ask = "from prometheus_client import generate_latest; from services import metrics; "
    ask += "print(generate_latest(metrics.registry).decode())"

    # In a process of its own: what other tests have counted is not the start.
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    )

    lines = done.stdout.splitlines()
    assert [name for name in (*CONTRACT, *OURS) if f"{name} 0.0" not in lines] == []
    assert any(line.startswith("stillwatch_memory_bytes ") for line in lines)


def test_every_reason_has_its_place() -> None:
    assert set(metrics.REASONS) == set(Reason)


def test_every_edge_of_a_run_has_its_place() -> None:
    edges = {("none", "queued")}
    for status, event in product(("queued", "running", "completed"), RunEvent):
        try:
            edges.add((status, next_status(status, event).value))
        except IllegalTransitionError:
            continue

    assert edges <= set(metrics.TRANSITIONS)
