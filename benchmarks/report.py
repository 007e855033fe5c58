"""Figures as a table for people and as JSON in `benchmarks/results/`."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import machine

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity of one subject, as it came out in each round.

    `target` is the most it may be, or the least where `more_is_better`.
    """

    subject: str
    quantity: str
    unit: str
    rounds: Sequence[float]
    target: float | None = None
    more_is_better: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        is_met = self.median >= self.target if self.more_is_better else self.median <= self.target
        return "met" if is_met else "MISSED"


def publish(name: str, figures: Sequence[Figure], conditions: dict[str, Any]) -> None:
    """Print the table and write `benchmarks/results/NAME.json`."""
    print(f"\n{name}: {machine.in_words(conditions['machine'])}")
    for line in _table(figures):
        print(line)
    document = {
        **conditions,
        "figures": [
            {**asdict(figure), "median": figure.median, "verdict": figure.verdict}
            for figure in figures
        ],
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n")


def _table(figures: Sequence[Figure]) -> list[str]:
    rows = [("", "", "median", "rounds", "target", "")]
    rows += [
        (
            figure.subject,
            figure.quantity,
            f"{figure.median:.2f} {figure.unit}",
            " ".join(f"{value:.2f}" for value in figure.rounds),
            _target(figure),
            figure.verdict,
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"{'≥' if figure.more_is_better else '≤'} {figure.target:g}"
