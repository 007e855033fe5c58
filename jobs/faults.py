"""What is said while the database cannot be reached: one line, however many threads notice."""

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

_log = logging.getLogger("stillwatch.worker")


class Faults:
    """Shared by all threads of one process; says the first fault of a row, and its end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_away = False

    def tell(self, error: Exception) -> None:
        """Log an error that a loop goes on after; a database that is away is logged once."""
        if isinstance(error, SQLAlchemyError):
            self.away(error)
        else:
            _log.error("a worker stumbled", exc_info=error)

    def away(self, error: BaseException) -> None:
        """Note that the database cannot be reached."""
        with self._lock:
            was_away, self._is_away = self._is_away, True
        if not was_away:
            _log.warning("the database cannot be reached: %s", first_line(error))

    def clear(self) -> None:
        """Note that the database answered."""
        if self._is_away:
            with self._lock:
                was_away, self._is_away = self._is_away, False
            if was_away:
                _log.info("the database is back")


def first_line(error: BaseException) -> str:
    """What may be shown of an error: no traceback, no statement with its parameters."""
    # File names may hold what cannot be encoded, and so not be stored.
    return str(error).partition("\n")[0].encode(errors="replace").decode()
