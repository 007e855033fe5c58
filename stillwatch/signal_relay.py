"""Signals that are meant for somebody else, also those that come before there is anybody."""

import signal
from collections.abc import Callable, Iterable
from types import FrameType


class SignalRelay:
    """Takes `numbers` from now on, and keeps them until it is told whom to pass them to."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._kept: list[int] = []
        self._pass_on: Callable[[int], None] = self._kept.append
        for number in numbers:
            # What we were told to ignore, as by nohup, a child ignores too.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._receive)

    def relay_to(self, pass_on: Callable[[int], None]) -> None:
        """Pass on what came so far, and what will come."""
        self._pass_on = pass_on
        while self._kept:
            pass_on(self._kept.pop(0))

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self._pass_on(number)
