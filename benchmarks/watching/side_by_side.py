"""One live run that changes each second, and so many who watch it: this console and its peers."""

import time
from pathlib import Path

from benchmarks.report import Figure
from benchmarks.watching.round import Window
from benchmarks.watching.stage import on_stage
from benchmarks.watching.subjects import EVERYBODY, PEERS, STILLWATCH, Subject

COST = "processor for each viewer and refresh"
RATIO = "times the cost of Stillwatch, in the same round"
# Measured earlier and elsewhere, with as many viewers, as it cannot be had everywhere: php-fpm and
# nginx, `wire:poll.1s`, one query for each viewer.
LIVEWIRE_MS = {200: 3.80, 500: 4.20}
_SETTLE_SECONDS = 4.0
_TARGET_MS = 0.20
_ONE_READ = 1.15  # at the edge of a window one more may fall into it

Values = dict[tuple[str, str], float]


def measure_round(data_dir: Path, viewers: int, seconds: float) -> Values:
    """What each subject came to, one after the other."""
    values: Values = {}
    for subject in EVERYBODY:
        print(f"  {viewers} viewers: {subject.name}", flush=True)
        window = _measure(subject, data_dir, viewers, seconds)
        for quantity, value in _quantities(window, viewers).items():
            values[subject.name, quantity] = value
    own = values[STILLWATCH.name, COST]
    for peer in PEERS:
        values[peer.name, RATIO] = values[peer.name, COST] / own
    values["Livewire, measured elsewhere", RATIO] = LIVEWIRE_MS[viewers] / own
    return values


def figures(rounds: list[Values], viewers: int) -> list[Figure]:
    """The rounds of every quantity, with what it has to come to."""
    return [
        Figure(
            f"{viewers} viewers: {subject}",
            quantity,
            _UNITS[quantity],
            [values[subject, quantity] for values in rounds],
            _target(subject, quantity),
            more_is_better=quantity in (RATIO, _CAME),
        )
        for subject, quantity in rounds[0]
    ]


_CAME = "refreshes received, of those due"
_DELAY = "from commit to receipt, 95th percentile"
_BYTES = "on the wire for each refresh"
_READS = "reads of the run for each interval"
_GENERATOR = "what its viewers used, of their core"
_UNITS = {
    COST: "ms",
    RATIO: "x",
    _CAME: "%",
    _DELAY: "ms",
    _BYTES: "B",
    _READS: "",
    _GENERATOR: "%",
}


def _measure(subject: Subject, data_dir: Path, viewers: int, seconds: float) -> Window:
    with on_stage(subject, data_dir) as stage:
        runs = stage.add_runs([0.0])
        # Before they come, so that every page is asked for each second from the first.
        stage.crowd.ask("write", [(runs[0], 0.0)])
        stage.open(runs, viewers)
        time.sleep(_SETTLE_SECONDS)
        window = stage.measure(seconds)
        stage.crowd.ask("close")
        return window


def _quantities(window: Window, viewers: int) -> dict[str, float]:
    received = max(window.deliveries, 1)
    delays = window.counted["delays"].get("1 s", {})
    turns = window.counted["turns"].get("1 s", {"came": 0, "due": 0, "viewers": 0})
    quantities = {
        COST: window.processor_ms / received,
        _CAME: 100 * turns["came"] / max(1, turns["due"]) * turns["viewers"] / viewers,
        _DELAY: delays.get("p95", 0.0),
        _BYTES: window.wire_bytes / received,
        _GENERATOR: 100 * window.generator_share,
    }
    if window.after:
        quantities[_READS] = window.statements_each_turn("run_detail", viewers, "run")
    return quantities


def _target(subject: str, quantity: str) -> float | None:
    if subject == STILLWATCH.name:
        return {COST: _TARGET_MS, _CAME: 99.0, _READS: _ONE_READ}.get(quantity)
    if quantity != RATIO:
        return None
    if subject.startswith("Livewire"):
        return 20.0
    return 4.0 if subject in (PEERS[0].name, PEERS[1].name) else None
