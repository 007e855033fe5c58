"""A server that can be asked where its time goes: `-m benchmarks.watching.profiled KIND OUT`.

SIGUSR1 begins to look, SIGUSR2 ends it and writes OUT. `samples` looks at the main thread after
each two milliseconds of processor time, which costs next to nothing; `calls` is cProfile.
"""

import cProfile
import io
import os
import pstats
import runpy
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType

_EVERY_SECONDS = 0.002
_LINES = 45


class Samples:
    """Who was at work, and who was on the stack, each time it was looked."""

    def __init__(self) -> None:
        self._at_work: Counter[str] = Counter()
        self._on_stack: Counter[str] = Counter()
        self._count = 0

    def begin(self) -> None:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY_SECONDS, _EVERY_SECONDS)

    def end(self) -> str:
        signal.setitimer(signal.ITIMER_PROF, 0)
        return "\n".join(
            (
                f"{self._count} samples of the main thread",
                *self._lines("at work", self._at_work),
                *self._lines("on the stack", self._on_stack),
            )
        )

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        self._count += 1
        seen: set[str] = set()
        while frame is not None:
            name = _name(frame)
            if not seen:
                self._at_work[name] += 1
            seen.add(name)
            frame = frame.f_back
        self._on_stack.update(seen)

    def _lines(self, title: str, counted: Counter[str]) -> list[str]:
        rows = [
            f"  {100 * n / self._count:5.1f} %  {name}" for name, n in counted.most_common(_LINES)
        ]
        return ["", title, *rows]


class Calls:
    """Every call of the main thread."""

    def __init__(self) -> None:
        self._profile = cProfile.Profile()

    def begin(self) -> None:
        self._profile.enable()

    def end(self) -> str:
        self._profile.disable()
        text = io.StringIO()
        for order in ("tottime", "cumulative"):
            pstats.Stats(self._profile, stream=text).sort_stats(order).print_stats(_LINES)
        return text.getvalue()


def _name(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    return f"{'/'.join(path.parts[-2:])}:{frame.f_code.co_qualname}"


def main() -> None:
    kind, out = sys.argv[1], Path(sys.argv[2])
    looking = Samples() if kind == "samples" else Calls()

    def end(_signal: int, _frame: object) -> None:
        draft = out.with_suffix(".draft")
        draft.write_text(looking.end())
        draft.replace(out)

    assert threading.current_thread() is threading.main_thread()
    signal.signal(signal.SIGUSR1, lambda _signal, _frame: looking.begin())
    signal.signal(signal.SIGUSR2, end)
    sys.argv = [os.fspath(Path("stillwatch")), "serve"]
    runpy.run_module("stillwatch", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
