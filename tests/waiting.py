"""Waiting for a fact instead of for a while."""

import threading
import time
from collections.abc import Callable


def wait_until(
    is_so: Callable[[], bool], within: float = 10, explain: Callable[[], str] = lambda: ""
) -> None:
    """Return as soon as `is_so`; fail when it does not come true in `within` seconds."""
    deadline = time.monotonic() + within
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < deadline, f"did not come true within {within} s {explain()}"
        pause.wait(0.02)
