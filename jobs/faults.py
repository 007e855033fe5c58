"""What is said while the database cannot be reached: one line, however many threads notice."""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

# Errors of an outage still come in when it is over, and a server that starts may falter once
# more: all of that is one outage.
_QUIET_SECONDS = 10.0
_MOST_REFUSALS = 100
_log = logging.getLogger("stillwatch.worker")


class Faults:
    """Shared by all threads of one process; says the first fault of an outage, and its end.

    `clock` is monotonic, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._is_told = False
        self._quiet_until = float("-inf")
        self._refusals: set[str] = set()

    def tell(self, error: Exception) -> None:
        """Log an error that a loop goes on after.

        A database that is away is logged once, and so is each statement that it refuses.
        """
        if isinstance(error, OperationalError | InterfaceError):
            self.away(error)
        elif isinstance(error, SQLAlchemyError):
            self._refused(first_line(error))
        else:
            _log.error("a worker stumbled", exc_info=error)

    def _refused(self, text: str) -> None:
        with self._lock:
            is_news = text not in self._refusals and len(self._refusals) < _MOST_REFUSALS
            self._refusals.add(text)
        if is_news:
            _log.error("the database refuses: %s", text)

    def away(self, error: BaseException) -> None:
        """Note that the database cannot be reached."""
        with self._lock:
            is_news = not self._is_told and self._clock() >= self._quiet_until
            self._is_told |= is_news
        if is_news:
            _log.warning("the database cannot be reached: %s", first_line(error))

    def clear(self) -> None:
        """Note that the database answered."""
        if not self._is_told:
            return
        with self._lock:
            was_told, self._is_told = self._is_told, False
            self._quiet_until = self._clock() + _QUIET_SECONDS
        if was_told:
            _log.info("the database is back")


def first_line(error: BaseException) -> str:
    """What may be shown of an error: no traceback, no statement with its parameters."""
    # File names may hold what cannot be encoded, and so not be stored.
    return str(error).partition("\n")[0].encode(errors="replace").decode()
