"""An event loop whose time is stepped: nothing sleeps, so an hour of polling takes milliseconds."""

import asyncio
import functools
import selectors
from collections.abc import Awaitable, Callable
from typing import Any


class SteppedLoop(asyncio.SelectorEventLoop):
    """Jumps to the next timer as soon as nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__(_SteppingSelector(self))
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


class _SteppingSelector(selectors.DefaultSelector):
    def __init__(self, loop: SteppedLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        events = super().select(0)
        if not events and timeout is not None and timeout > 0:
            self._loop.now += timeout
        elif not events and timeout is None:
            return super().select(0.01)
        return events


def stepped(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test in stepped time."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=SteppedLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run
