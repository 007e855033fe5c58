"""The README's rows on what watching costs, from the last results.

python -m benchmarks.readme_rows
"""

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.report import RESULTS
from benchmarks.watching.side_by_side import COST, RATIO

_OWN = "Stillwatch"
Medians = dict[tuple[str, str], float]


def main() -> None:
    """Print the rows that there are results for."""
    rows = (
        *_watching(_results("watching")),
        *_listed(_results("busy_list")),
        *_attacked(_results("hostile")),
        *_churned(_results("churn")),
        *_grown(_results("viewers"), _OWN, "viewers"),
        *_grown(_results("rows"), _OWN, "runs"),
    )
    for what, target, value in rows:
        print(f"| {what} | {target} | {value} |")


def _watching(found: tuple[Any, Medians] | None) -> Iterator[tuple[str, str, str]]:
    if found is None:
        return
    told, medians = found
    viewers = told["viewers"]
    own = f"{viewers} viewers: Stillwatch"

    def of(subject: str, beginning: str) -> str:
        return next(_short(v) for (s, q), v in medians.items() if s == subject and beginning in q)

    ratios = [
        value
        for peer in ("htmx", "JSON polling, FastAPI", "Livewire")
        for (subject, quantity), value in medians.items()
        if quantity == RATIO and peer in subject
    ]
    yield (
        f"{viewers} viewers of one run, each viewer and refresh",
        "≤ 0.20 ms",
        f"{of(own, COST)} ms",
    )
    yield (
        "against htmx · JSON polling · Livewire",
        "≥ 4 · 4 · 20 times less",
        " · ".join(f"{ratio:.1f}" for ratio in ratios) + " times",
    )
    yield (
        "reads of the run for each interval · refreshes received of those due",
        "1 · all",
        f"{of(own, 'reads')} · {of(own, 'received')} %",
    )
    still = "200 live runs, no news"
    yield (
        "200 viewers of 200 runs without news, each tick",
        "≤ 0.10 ms, 1 statement, 0 bytes",
        f"{of(still, 'viewer and tick')} ms, {of(still, 'for the runs')} and "
        f"{of(still, 'for the rights')} for the rights, {of(still, 'bytes')} bytes",
    )
    many = "many pages"
    yield (
        "4,000 viewers of 40 runs, asked each 1, 5 and 10 s: ticks lost",
        "< 1 %",
        f"{of(many, 'ticks lost')} %",
    )
    delays = [float(of(many, f"each {each} s:")) / 1000 for each in (1, 5, 10)]
    yield (
        "the same, from commit to receipt, 95th percentile",
        "≤ 1.1 · 5.1 · 10.1 s",
        " · ".join(f"{delay:.2f}" for delay in delays) + " s",
    )
    yield ("the same, longest pause of the loop", "≤ 100 ms", f"≤ {of(many, 'pause')} ms")
    yield (
        "a page that is finished · hidden · under a dialog, each second",
        "≤ 0.10 ms; no read, tick or byte",
        " · ".join(of(s, "each page") for s in ("terminal", "hidden", "dialog")) + " ms",
    )
    yield (
        "opening a run's page: processor · memory · HTML",
        "≤ 5 ms · 250 kB · 20 kB",
        f"{of('opening', 'processor')} ms · {of('opening', 'memory')} kB · "
        f"{of('opening', 'HTML')} kB",
    )


def _listed(found: tuple[Any, Medians] | None) -> Iterator[tuple[str, str, str]]:
    if found is None:
        return
    told, medians = found
    pages = [ms for (subject, _), ms in medians.items() if subject == "meanwhile, a page"]
    statements = next(v for (_, quantity), v in medians.items() if "statements" in quantity)
    yield (
        f"200 people at the list of {told['runs']:,} runs, 20 steps a second (`busy_list`)",
        "≤ 2 statements an interval; a page ≤ 50 ms",
        f"{_short(statements)} statements; {_short(min(pages))} to {_short(max(pages))} ms",
    )


def _churned(found: tuple[Any, Medians] | None) -> Iterator[tuple[str, str, str]]:
    if found is None:
        return
    told, medians = found
    left = sum(value for (subject, _), value in medians.items() if subject == "afterwards")
    growth = next(v for (_, quantity), v in medians.items() if "growth" in quantity)
    yield (
        f"{told['minutes']:g} minutes of pages that come and go (*bench-long*: `churn`)",
        "memory flat within 5 %, nothing left",
        f"{growth:+.1f} %, {left:g} left",
    )


def _attacked(found: tuple[Any, Medians] | None) -> Iterator[tuple[str, str, str]]:
    if found is None:
        return
    told, medians = found
    later = next(v for (_, quantity), v in medians.items() if "beyond that in peace" in quantity)
    yield (
        f"{told['hostile']} hostile sockets at full rate (`hostile`): an honest refresh later by",
        "< 1 s",
        f"{_short(later / 1000)} s at most",
    )


def _grown(
    found: tuple[Any, Medians] | None, subject: str, what: str
) -> Iterator[tuple[str, str, str]]:
    """How the cost changes as one thing grows; it has no target, the shape is what is told."""
    if found is None:
        return
    costs = [(q.split()[0], ms) for (s, q), ms in found[1].items() if s == subject]
    yield (
        f"each viewer and refresh with {' · '.join(size for size, _ in costs)} {what} "
        f"(*bench-long*: `{'rows' if what == 'runs' else what}`)",
        "",
        " · ".join(_short(ms) for _, ms in costs) + " ms",
    )


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def _results(name: str) -> tuple[Any, Medians] | None:
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return None
    told = json.loads(path.read_text())
    return told, {(f["subject"], f["quantity"]): f["median"] for f in told["figures"]}


if __name__ == "__main__":
    main()
