"""The history of this process, measured every ten seconds for as long as it serves."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from services import metrics
from services.refresh_history.figures import Figures, read_figures
from services.refresh_history.history import History
from services.slow_statements.keeping import statements

_EVERY = 10.0  # seconds


def _read() -> Figures:
    return read_figures(metrics.registry, datetime.now(UTC), time.monotonic())


history = History(_read, statements)


@asynccontextmanager
async def recorded(what: History = history) -> AsyncIterator[None]:
    """Measure for as long as the body runs, from its begin on."""
    what.begin_anew()
    recording = asyncio.create_task(_record(what), name="record the history of refreshing")
    try:
        yield
    finally:
        recording.cancel()
        with suppress(asyncio.CancelledError):
            await recording


async def _record(what: History) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        # On a grid, so that it does not drift; what was missed is not made up for.
        due += _EVERY * max(1, math.ceil((loop.time() - due) / _EVERY))
        await asyncio.sleep(due - loop.time())
        what.measure()
