"""How long the event loop keeps everybody waiting, looked at so often that no pause is missed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services import metrics

_LOOK_EVERY = 0.05  # seconds; a pause is seen at most so little short of its length
_WORTH_TELLING = 0.001  # seconds
_TELL_AFTER = 10  # looks: twice a second


@asynccontextmanager
async def loop_pauses_measured() -> AsyncIterator[None]:
    """Measure for as long as the console runs."""
    lookout = _Lookout(asyncio.get_running_loop())
    try:
        yield
    finally:
        lookout.close()


class _Lookout:
    """Asks the loop to be called back and sees how late it is. No task: it costs a few µs."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._looks = 0
        self._worst = 0.0
        self._await_next()

    def close(self) -> None:
        self._handle.cancel()

    def _await_next(self) -> None:
        self._due = self._loop.time() + _LOOK_EVERY
        self._handle = self._loop.call_at(self._due, self._look)

    def _look(self) -> None:
        late = max(0.0, self._loop.time() - self._due)
        if late >= _WORTH_TELLING:
            metrics.loop_pauses.observe(late)
        self._worst = max(self._worst, late)
        self._looks += 1
        if self._looks == _TELL_AFTER:
            metrics.loop_lag.set(self._worst)
            self._looks, self._worst = 0, 0.0
        self._await_next()
