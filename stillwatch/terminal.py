"""Lends our terminal to a child in a process group of its own, as a shell does with its jobs."""

import os
import signal


class Terminal:
    """Standard input's terminal, if it is one and ours to lend; else nothing happens here."""

    def __init__(self, child: int) -> None:
        self._child = child
        self._is_ours = _is_ours()
        self._lend()

    def suspend_with_child(self, number: int) -> None:
        """Ctrl-Z stopped the child: stop too, so that the shell asks for its next command."""
        if not self._is_ours:
            return
        if number in (signal.SIGTTIN, signal.SIGTTOU):
            # It was quicker to reach for the terminal than we to lend it.
            self._lend()
        else:
            self.take_back()
            os.kill(0, signal.SIGSTOP)
            # Here again, in the foreground or not.
            if _is_ours():
                self._lend()
        os.killpg(self._child, signal.SIGCONT)

    def take_back(self) -> None:
        """Make our group the terminal's again."""
        if self._is_ours:
            _give(os.getpgrp())

    def _lend(self) -> None:
        if self._is_ours:
            _give(self._child)


def _is_ours() -> bool:
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


def _give(group: int) -> None:
    # Who is in the background and gives the terminal away is stopped for it, unless it is deaf.
    was = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        os.tcsetpgrp(0, group)
    except OSError:
        pass  # the group has ended, or the terminal has gone
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, was)
