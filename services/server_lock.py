"""One server per data folder: a second one would double every worker."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StartError(Exception):
    """The server cannot start; the message is one line for the operator."""


@contextmanager
def only_server(data_dir: Path) -> Iterator[None]:
    """Hold the folder's lock file. Raises `StartError` when another server holds it.

    The kernel lets go of the lock when the process ends, however it ends.
    """
    with (data_dir / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError(f"Another Stillwatch server already uses {data_dir}.") from error
        yield
