"""Writers of one process take turns before they ask SQLite for its write lock.

A writer that finds the lock taken is put to sleep by SQLite, longer each time it looks again: with
three busy threads most of the time nobody writes. Among ourselves the next one is woken at once.
"""

import threading
from typing import Any

from sqlalchemy import Connection

_HELD = "stillwatch_turn"


class WriteTurns:
    """One turn at a time, from the begin of a connection's transaction to its return."""

    def __init__(self, longest_wait: float) -> None:
        self._turn = threading.Lock()
        self._longest_wait = longest_wait

    def take(self, connection: Connection) -> None:
        """Wait for the turn; who waits in vain goes on, to get SQLite's own answer."""
        info = connection.info
        if _HELD not in info and self._turn.acquire(timeout=self._longest_wait):
            info[_HELD] = True

    def give_back(self, _connection: Any, record: Any) -> None:
        """End the turn of a connection that returns to its pool, if it had one."""
        if record.info.pop(_HELD, False):
            self._turn.release()
