"""The picture of the README, drawn from `benchmarks/results/`: `python -m benchmarks.chart`.

Bars for what one refresh costs by each means, side by side, and lines for how that changes as
viewers become more, where `make bench-long` has measured it. Readable on light and on dark.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from math import log10
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.report import RESULTS
from benchmarks.watching.side_by_side import COST, LIVEWIRE_MS

_PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "watching.svg"
_WIDTH, _MARGIN = 860, 24
_LABEL = 280  # where bars begin
_ROW, _BAR = 34, 18
_PANEL, _PLOT_HEIGHT = 300, 190
_MARKS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_OWN = "Stillwatch"
Scale = Callable[[float], float]
Series = dict[str, list[tuple[int, float]]]
_STYLE = """
svg { color-scheme: light dark; font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; }
.paper { fill: #ffffff; } .ink { fill: #1f2933; } .quiet { fill: #52606d; }
.peer { fill: #9aa5b1; } .own { fill: #0f766e; } .far { fill: none; stroke: #7b8794; }
.axis { stroke: #cbd2d9; } .line { fill: none; stroke: #9aa5b1; stroke-width: 2; }
.own-line { fill: none; stroke: #0f766e; stroke-width: 3; }
@media (prefers-color-scheme: dark) {
  .paper { fill: #12181f; } .ink { fill: #e4e7eb; } .quiet { fill: #9aa5b1; }
  .peer { fill: #616e7c; } .own { fill: #2dd4bf; } .far { stroke: #7b8794; }
  .axis { stroke: #323f4b; } .line { stroke: #616e7c; } .own-line { stroke: #2dd4bf; }
}
"""


def main() -> None:
    """Write `docs/images/watching.svg`."""
    watching = _results("watching")
    assert watching is not None, "run `make bench ARGS=watching` first"
    _PICTURE.write_text(draw(watching, _results("viewers")))
    print(_PICTURE)


def draw(watching: Mapping[str, Any], growing: Mapping[str, Any] | None) -> str:
    """The whole picture as SVG."""
    viewers = watching["viewers"]
    parts = list(_bars(_bar_values(watching), viewers))
    height = 90 + _ROW * len(_bar_values(watching))
    if growing is not None:
        parts += _lines(growing, height)
        height += _PANEL
    told = machine.in_words(watching["machine"])
    parts.append(
        _text(_MARGIN, height, "The server on one core, the viewers on the other.", "quiet", 12)
    )
    parts.append(_text(_MARGIN, height + 18, told, "quiet", 12))
    height += 34
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(_title(viewers))}">'
        f'<style>{_STYLE}</style><rect class="paper" width="{_WIDTH}" height="{height}" rx="8"/>'
        f"{''.join(parts)}</svg>\n"
    )


def _title(viewers: int) -> str:
    return f"One live run, {viewers} viewers, a change each second: processor time per refresh"


def _bar_values(watching: Mapping[str, Any]) -> list[tuple[str, float, str]]:
    """Label, milliseconds and class of each bar, the dearest first."""
    measured = [
        (figure["subject"].partition(": ")[2], figure["median"])
        for figure in watching["figures"]
        if figure["quantity"] == COST
    ]
    bars = [(name, ms, "own" if name == _OWN else "peer") for name, ms in measured]
    bars.append(("Livewire wire:poll.1s *", LIVEWIRE_MS[watching["viewers"]], "far"))
    return sorted(bars, key=lambda bar: -bar[1])


def _bars(bars: Sequence[tuple[str, float, str]], viewers: int) -> Iterator[str]:
    yield _text(_MARGIN, 34, _title(viewers), "ink", 16, "600")
    most = max(ms for _, ms, _ in bars)
    room = _WIDTH - _LABEL - _MARGIN - 70
    for number, (name, ms, kind) in enumerate(bars):
        y = 54 + _ROW * number
        width = max(2.0, room * ms / most)
        own = "600" if kind == "own" else "400"
        yield _text(_LABEL - 12, y + 14, name, "ink", 14, own, "end")
        size = f'width="{width:.1f}" height="{_BAR}" rx="3"'
        yield f'<rect class="{kind}" x="{_LABEL}" y="{y}" {size}/>'
        yield _text(_LABEL + width + 8, y + 14, f"{ms:.2f} ms", "ink", 14, own)
    below = 54 + _ROW * len(bars) + 12
    note = "* measured earlier on another machine, with as many viewers: php-fpm and nginx"
    yield _text(_MARGIN, below, note, "quiet", 12)


def _lines(growing: Mapping[str, Any], top: float) -> list[str]:
    """Cost against viewers, both on logarithmic scales, each line named at its end."""
    series = _series(growing)
    counts = [viewers for viewers, _ in next(iter(series.values()))]
    costs = [cost for points in series.values() for _, cost in points]
    left, right, bottom = _MARGIN + 44, _WIDTH - 250, top + 40 + _PLOT_HEIGHT
    across = _scale(min(counts), max(counts), left, right)
    low, high = min(costs) * 0.8, max(costs) * 1.2
    up = _scale(low, high, bottom, top + 40)
    return [
        _text(_MARGIN, top + 20, "The same, as viewers become more", "ink", 16, "600"),
        *(_text(across(n), bottom + 22, f"{n}", "quiet", 12, anchor="middle") for n in counts),
        *(_mark(cost, up(cost), left, right) for cost in _MARKS if low <= cost <= high),
        *_curves(series, across, up, right),
    ]


def _series(growing: Mapping[str, Any]) -> Series:
    """Viewers and milliseconds by subject."""
    series: Series = {}
    for figure in growing["figures"]:
        viewers = int(figure["quantity"].split()[0])
        series.setdefault(figure["subject"], []).append((viewers, max(figure["median"], 0.01)))
    return series


def _mark(cost: float, y: float, left: float, right: float) -> str:
    label = _text(left - 8, y + 4, f"{cost:g} ms", "quiet", 12, anchor="end")
    return f'<path class="axis" d="M{left} {y:.1f}H{right}"/>{label}'


def _curves(series: Series, across: Scale, up: Scale, right: float) -> Iterator[str]:
    ends = _apart({name: up(points[-1][1]) for name, points in series.items()})
    for name, points in series.items():
        path = "L".join(f"{across(viewers):.1f} {up(cost):.1f}" for viewers, cost in points)
        kind, weight = ("own-line", "600") if name == _OWN else ("line", "400")
        yield f'<path class="{kind}" d="M{path}"/>'
        yield _text(right + 10, ends[name] + 4, name, "ink", 12, weight)


def _scale(low: float, high: float, begin: float, end: float) -> Scale:
    span = log10(high) - log10(low) or 1.0
    return lambda value: begin + (end - begin) * (log10(value) - log10(low)) / span


def _apart(ends: Mapping[str, float]) -> dict[str, float]:
    """The same heights, as far from each other as names need that stand below one another."""
    placed: dict[str, float] = {}
    lowest = float("-inf")
    for name, y in sorted(ends.items(), key=lambda item: item[1]):
        lowest = max(y, lowest + 16)
        placed[name] = lowest
    return placed


def _text(
    x: float, y: float, words: str, kind: str, size: int, weight: str = "400", anchor: str = "start"
) -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}"'
        f' text-anchor="{anchor}">{escape(words)}</text>'
    )


def _results(name: str) -> Any:
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


if __name__ == "__main__":
    main()
