"""`make bench`: all benchmarks, or those named in ARGS."""

import sys
from collections.abc import Callable

from benchmarks import engines, hostile, overview, pack_generation, run_lists

_ALL: dict[str, Callable[[], None]] = {
    "engines": engines.measure,
    "hostile": hostile.measure,
    "overview": overview.measure,
    "pack_generation": pack_generation.measure,
    "run_lists": run_lists.measure,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in _ALL]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; choose from {', '.join(_ALL)}", file=sys.stderr)
        return 2
    for name in names or _ALL:
        _ALL[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
