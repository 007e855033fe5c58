"""A command as a child in a process group of its own, on our terminal, its errors overheard."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

from stillwatch.terminal import Terminal

_TAIL = 4000  # bytes of the error output that are kept
_DRAIN_SECONDS = 2.0  # for what is still in the pipe, once the child has gone
_LOOK_EVERY = 0.05


class Child:
    """A running command. Raises `OSError` when it cannot be started."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command, env=env, stderr=subprocess.PIPE, process_group=0, bufsize=0
        )
        self.was_stopped = False  # rather than that it ended by itself
        self._tail = b""
        self._stopper: threading.Thread | None = None
        self._listener = threading.Thread(target=self._overhear, name="stderr", daemon=True)
        self._listener.start()
        self._terminal = Terminal(self._process.pid)

    @property
    def last_words(self) -> str:
        """The end of its error output, from the beginning of a line."""
        tail = self._tail
        if len(tail) == _TAIL and b"\n" in tail[:-1]:
            tail = tail.partition(b"\n")[2]
        return tail.decode("utf-8", "replace").strip()

    def send(self, number: int) -> None:
        """Pass a signal on to everybody in the child's group who is still there."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def stop(self, grace: float) -> None:
        """Ask the whole group to end, and end what is left of it after `grace` seconds."""
        self._stopper = threading.Thread(target=self._stop, args=(grace,), name="stopper")
        self._stopper.start()

    def wait(self) -> int:
        """The exit code, or less than zero for a signal, as `subprocess` tells it."""
        while True:
            _, status = os.waitpid(self._process.pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                break
            self._terminal.suspend_with_child(os.WSTOPSIG(status))
        self._process.returncode = code = os.waitstatus_to_exitcode(status)
        if self._stopper is not None:
            self.was_stopped = True
            self._stopper.join()
        self._listener.join(_DRAIN_SECONDS)
        self._terminal.take_back()
        return code

    def _stop(self, grace: float) -> None:
        self.send(signal.SIGTERM)
        self.send(signal.SIGCONT)  # what was suspended could not hear it
        deadline = time.monotonic() + grace
        while self._is_there():
            if time.monotonic() > deadline:
                self.send(signal.SIGKILL)
                return
            time.sleep(_LOOK_EVERY)

    def _is_there(self) -> bool:
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _overhear(self) -> None:
        assert self._process.stderr is not None
        source, is_shown = self._process.stderr.fileno(), True
        while piece := os.read(source, 65536):
            self._tail = (self._tail + piece)[-_TAIL:]
            try:
                while is_shown and piece:
                    piece = piece[os.write(2, piece) :]
            except OSError:
                is_shown = False  # nobody looks any more; the child must not be held up by that
