"""What pages cost that have nothing to show: being opened, being open, and asking in vain."""

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import Figure
from benchmarks.watching.round import Window
from benchmarks.watching.server import total
from benchmarks.watching.stage import AHEAD, Stage, on_stage
from benchmarks.watching.subjects import STILLWATCH

PAGES = 200
_WARM_PAGES = 20
_SETTLE_SECONDS = 3.0
_PEOPLE = ("operator", "owner")  # who may cancel a run, which opens a dialog
_OLD = 3600.0  # a run that is asked for each ten seconds only

Values = dict[tuple[str, str], float]


def measure_round(data_dir: Path, seconds: float) -> Values:
    """Pages are opened, hidden, put under a dialog; runs that have ended; runs without news.

    Each on a server of its own: a page that was left is taken apart half a minute later.
    """
    values: Values = {}
    with on_stage(STILLWATCH, data_dir) as stage:
        stage.crowd.ask("come_as", _PEOPLE)
        _note(values, "opening", _opening(stage, stage.add_runs([_OLD])))
        stage.crowd.ask("show", "hidden")
        _note(values, "hidden", _silence(stage, seconds, "hidden"))
        stage.crowd.ask("show", "visible")
        stage.crowd.ask("click", "run-cancel")
        _note(values, "dialog", _silence(stage, seconds, "dialog"))
    with on_stage(STILLWATCH, data_dir) as stage:
        stage.open(stage.add_runs([_OLD], ended=True), PAGES)
        _note(values, "terminal", _silence(stage, seconds, "terminal"))
    with on_stage(STILLWATCH, data_dir) as stage:
        _note(values, "200 live runs, no news", _no_news(stage, seconds))
    return values


def figures(rounds: list[Values]) -> list[Figure]:
    """The rounds of every quantity, with what it has to come to."""
    return [
        Figure(
            subject,
            quantity,
            _UNITS[quantity],
            [values[subject, quantity] for values in rounds],
            _TARGETS.get((subject, quantity), _ZERO if quantity in _NOTHING else None),
        )
        for subject, quantity in rounds[0]
    ]


_EACH = "processor for each page and second"
_TICK = "processor for each viewer and tick"
_READS, _TICKS, _MESSAGES, _BYTES = "reads", "ticks", "messages", "bytes but keep-alive"
_OF_RUNS = "statements for the runs each interval"
_OF_RIGHTS = "statements for the rights each interval"
_LOST = "ticks lost"
_OPENING, _HELD, _HTML = "processor for each opening", "memory for each open page", "HTML"
_NOTHING = (_READS, _TICKS, _MESSAGES, _BYTES)
_ZERO = 0.0
_UNITS = {
    _EACH: "ms", _TICK: "ms", _READS: "", _TICKS: "", _MESSAGES: "", _BYTES: "B",
    _OF_RUNS: "", _OF_RIGHTS: "", _LOST: "%", _OPENING: "ms", _HELD: "kB", _HTML: "kB",
}  # fmt: skip
_TARGETS = {
    ("opening", _OPENING): 5.0,
    ("opening", _HELD): 250.0,
    ("opening", _HTML): 20.0,
    ("hidden", _EACH): 0.10,
    ("dialog", _EACH): 0.10,
    ("terminal", _EACH): 0.10,
    ("200 live runs, no news", _TICK): 0.10,
    # At the edge of a window one more may fall into it.
    ("200 live runs, no news", _OF_RUNS): 1.15,
    ("200 live runs, no news", _OF_RIGHTS): 1.15,
    ("200 live runs, no news", _LOST): 1.0,
}


def _note(values: Values, subject: str, quantities: dict[str, float]) -> None:
    values.update({(subject, quantity): value for quantity, value in quantities.items()})


def _opening(stage: Stage, runs: Sequence[int]) -> dict[str, float]:
    """From the request of the page to its first report, all of it on the server.

    The first few are opened before: what is made once is not theirs.
    """
    stage.crowd.ask("sign_in", PAGES)
    stage.open(runs, _WARM_PAGES)
    time.sleep(_SETTLE_SECONDS)
    count = PAGES - _WARM_PAGES
    used, held = stage.server.processor_seconds, stage.server.resident_kib
    opened = stage.open(runs, count)
    used = stage.server.processor_seconds - used
    return {
        _OPENING: 1000 * used / count,
        _HELD: 1.024 * (stage.server.resident_kib - held) / count,
        _HTML: opened["html_bytes"] / 1000,
    }


def _silence(stage: Stage, seconds: float, reason: str) -> dict[str, float]:
    time.sleep(_SETTLE_SECONDS)
    window = stage.measure(seconds)
    silent = total(window.after, "stillwatch_pages", surface="run_detail", reason=reason)
    if silent != PAGES:
        raise RuntimeError(f"{silent:g} of {PAGES} pages are silent because of {reason}")
    return {
        _EACH: window.processor_ms / window.seconds / PAGES,
        _READS: window.grown("stillwatch_snapshot_reads_total"),
        _TICKS: window.grown("stillwatch_poll_ticks_total"),
        _MESSAGES: window.messages,
        _BYTES: window.wire_bytes,
    }


def _no_news(stage: Stage, seconds: float) -> dict[str, float]:
    """Runs that are young without being written: their phase begins a little later than now."""
    stage.crowd.ask("sign_in", PAGES)
    stage.open(stage.add_runs([AHEAD] * PAGES), PAGES)
    time.sleep(_SETTLE_SECONDS)
    window = stage.measure(seconds)
    return {
        _TICK: window.processor_ms / max(1.0, _ticks(window)),
        _OF_RUNS: window.statements_each_turn("run_detail", PAGES, "run"),
        _OF_RIGHTS: window.statements_each_turn("run_detail", PAGES, "access"),
        _LOST: 100 * (1 - _ticks(window) / (PAGES * window.metric_seconds)),
        _MESSAGES: window.messages,
        _BYTES: window.wire_bytes,
    }


def _ticks(window: Window) -> float:
    return window.grown("stillwatch_poll_ticks_total", surface="run_detail")
