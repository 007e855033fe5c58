"""Threads for what may wait long for a disk that is away, and that nobody waits for at the end."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class PatientThreads:
    """At most so many at once. Unlike an executor's they hold up neither the loop's end nor the
    process's."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` off the loop. Its place is taken until it ends, also when nobody waits."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()

        def settle(tell: Callable[[Any], None], outcome: Any) -> None:
            self._free.release()
            if not result.done():  # or else whoever waited has gone away
                tell(outcome)

        def do() -> None:
            told: tuple[Callable[[Any], None], Any]
            try:
                told = (result.set_result, work())
            except BaseException as error:
                told = (result.set_exception, error)
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(settle, *told)

        threading.Thread(target=do, name="download", daemon=True).start()
        return await result
