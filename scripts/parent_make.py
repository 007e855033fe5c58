"""Ctrl-C that reaches make alone.

make hands SIGTERM on to us, but after a SIGINT it only waits, taking for granted that the
terminal told us too. What shows then is that it no longer catches SIGINT. Where there is no
/proc to look at, nothing here does anything.
"""

import os
import signal
import time

_LOOK_SECONDS = 0.1
_PID = os.getppid()


def _catches_interrupts() -> bool:
    """Whether make is there and would still act on a SIGINT."""
    try:
        with open(f"/proc/{_PID}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        caught = int(fields["SigCgt"], 16)
    except (OSError, KeyError, ValueError):
        return False
    return "make" in fields["Name"] and bool(caught >> (signal.SIGINT - 1) & 1)


# False as well where make was started with SIGINT ignored, as a shell does in the background.
_IS_WATCHED = "MAKELEVEL" in os.environ and _catches_interrupts()


def has_stopped() -> bool:
    """Whether make has been interrupted, or killed, since we started."""
    return _IS_WATCHED and not _catches_interrupts()


def pass_interrupts_on() -> None:
    """Leave a small process that interrupts this one when make stops, and ends with it."""
    if not _IS_WATCHED:
        return
    server = os.getpid()
    if os.fork() == 0:
        try:
            _watch(server)
        finally:
            os._exit(0)


def _watch(server: int) -> None:
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: told.append(number))
    # Whoever reads what the console prints must not wait for us.
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    while os.getppid() == server and not has_stopped():
        time.sleep(_LOOK_SECONDS)
    if os.getppid() != server:
        return
    # A real Ctrl-C reaches us all; a second one would cut the console's farewell short.
    time.sleep(_LOOK_SECONDS)
    if os.getppid() == server and not told:
        os.kill(server, signal.SIGINT)
