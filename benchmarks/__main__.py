"""`make bench` and `make bench-long`: all benchmarks of their kind, or those named in ARGS."""

import sys
from collections.abc import Callable, Mapping
from functools import partial

from benchmarks import engines, hostile, overview, pack_generation, run_lists
from benchmarks.watching import busy_list, churn, everything, growing

_LONG = "--long"
# Within twenty minutes together.
_SHORT_ONES: Mapping[str, Callable[[], object]] = {
    "watching": everything.measure,
    "run_lists": run_lists.measure,
    "busy_list": busy_list.measure,
    "engines": engines.measure,
    "hostile": hostile.measure,
}
_LONG_ONES: Mapping[str, Callable[[], object]] = {
    "churn": churn.measure,
    "viewers": growing.measure_viewers,
    "rows": growing.measure_rows,
    "overview": overview.measure,
    "pack_generation": pack_generation.measure,
    "run_lists_ten_million": partial(run_lists.measure, 10_000_000, "run_lists_ten_million"),
}
_ALL = {**_SHORT_ONES, **_LONG_ONES}


def main(arguments: list[str]) -> int:
    """Run them and return the exit code: 1 when one says that it must not be so."""
    names = [name for name in arguments if name != _LONG]
    unknown = [name for name in names if name not in _ALL]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; choose from {', '.join(_ALL)}", file=sys.stderr)
        return 2
    usual = _LONG_ONES if _LONG in arguments else _SHORT_ONES
    # Those that only measure return nothing; all of them run, whatever one of them says.
    verdicts = [_ALL[name]() for name in names or usual]
    return 1 if False in verdicts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
