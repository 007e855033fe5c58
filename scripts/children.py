"""Child processes that never outlive us, and the steps that people see while they run."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import parent_make

_SECONDS_TO_END = 8.0
_SECONDS_TO_DIE = 2.0
_WAKE_SECONDS = 0.1

_signal_received: int | None = None


class Stopped(BaseException):
    """Somebody asked us to stop, by `signal`."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


class Failed(Exception):
    """A step cannot be done: one line that says so, and the output that tells why."""

    def __init__(self, line: str, output: str = "") -> None:
        super().__init__(line)
        self.output = output


class Ending(NamedTuple):
    """How a child ended: its exit code (`None`: it ran out of time) and what it printed."""

    code: int | None
    output: str


def obey_signals() -> None:
    """From now on SIGTERM and SIGINT stop the running child before they stop us.

    The handler only takes a note. An exception could strike between the birth of a child and
    the moment we know its number, and that child would live on.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _note)


def leave_signals() -> None:
    """Give the signals their usual meaning back; raises `Stopped` for one that came before."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    stop_when_asked()


def stop_when_asked() -> None:
    """Raise `Stopped` when a signal has come, to us or to make."""
    if _signal_received is None and parent_make.has_stopped():
        raise Stopped(signal.SIGINT)
    if _signal_received is not None:
        raise Stopped(_signal_received)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """One visible line: what is being done, then how long it took."""
    begun = time.monotonic()
    print(f"{text} ... ", end="", flush=True)
    try:
        yield
    except BaseException as error:
        print("stopped" if isinstance(error, Stopped) else "failed", flush=True)
        raise
    print(f"done ({time.monotonic() - begun:.0f} s)", flush=True)


def run(
    command: Sequence[str], env: Mapping[str, str] | None = None, limit: float | None = None
) -> Ending:
    """Run `command` to its end, for at most `limit` seconds, and keep what it prints."""
    # A file, not a pipe: grandchildren that hold a pipe open would keep us waiting.
    with tempfile.TemporaryFile() as output:
        try:
            child = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        except OSError as error:
            return Ending(127, str(error))
        code = _wait(child, limit)
        output.seek(0)
        return Ending(code, output.read().decode("utf-8", "replace"))


def stream(command: Sequence[str], env: Mapping[str, str] | None = None) -> int:
    """Run `command` on our own terminal and return its exit code."""
    sys.stdout.flush()
    return _wait(subprocess.Popen(command, env=env), None) or 0


def _note(number: int, _frame: object) -> None:
    global _signal_received
    _signal_received = _signal_received or number


def _wait(child: subprocess.Popen[bytes], limit: float | None) -> int | None:
    deadline = None if limit is None else time.monotonic() + limit
    while not _must_end(deadline):
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = child.wait(_WAKE_SECONDS)
            stop_when_asked()
            return code
    _end(child)
    stop_when_asked()
    return None


def _must_end(deadline: float | None) -> bool:
    is_late = deadline is not None and time.monotonic() >= deadline
    return is_late or _signal_received is not None or parent_make.has_stopped()


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and everything below it.

    With SIGINT, whatever we got: pip and pytest clean up for it, and die of SIGTERM at once,
    which would leave half a package, or a browser and the servers of the tests.
    """
    family = _family(child.pid)
    _send(child.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(_SECONDS_TO_END)
    if child.poll() is None:
        family |= _family(child.pid)
        _send(child.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_SECONDS_TO_DIE)
    _end_orphans(family)


def _end_orphans(family: dict[int, str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in _living(family):
            _send(pid, number)
        deadline = time.monotonic() + _SECONDS_TO_DIE
        while _living(family) and time.monotonic() < deadline:
            time.sleep(0.05)


def _living(family: dict[int, str]) -> list[int]:
    """Those of `family` that still run; the start time tells them from a reused number."""
    now = _processes()
    return [pid for pid, started in family.items() if pid in now and now[pid][1] == started]


def _family(pid: int) -> dict[int, str]:
    """Everything below `pid`: process number to start time."""
    processes = _processes()
    found: dict[int, str] = {}
    parents = {pid}
    while parents:
        below = {
            child: started
            for child, (parent, started) in processes.items()
            if parent in parents and child not in found
        }
        found |= below
        parents = set(below)
    return found


def _processes() -> dict[int, tuple[int, str]]:
    """Process number to parent and start time; empty where there is no /proc to ask."""
    found = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        with contextlib.suppress(OSError, IndexError, ValueError):
            with open(f"/proc/{name}/stat") as stat:
                # The command's name, in brackets, may hold spaces and brackets of its own.
                fields = stat.read().rpartition(")")[2].split()
            if fields[0] != "Z":
                found[int(name)] = (int(fields[1]), fields[19])
    return found


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
