import os
import signal
from collections.abc import Iterator

import pytest

from stillwatch.signal_relay import SignalRelay

ONE, OTHER = signal.SIGUSR1, signal.SIGUSR2


@pytest.fixture(autouse=True)
def handlers_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (ONE, OTHER)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_what_comes_before_there_is_anybody_is_kept_in_its_order() -> None:
    relay, received = SignalRelay([ONE, OTHER]), []
    os.kill(os.getpid(), OTHER)
    os.kill(os.getpid(), ONE)

    relay.relay_to(received.append)
    os.kill(os.getpid(), OTHER)

    assert received == [OTHER, ONE, OTHER]


def test_what_was_ignored_stays_ignored() -> None:
    signal.signal(ONE, signal.SIG_IGN)
    relay, received = SignalRelay([ONE]), []
    relay.relay_to(received.append)

    os.kill(os.getpid(), ONE)

    assert received == []
    assert signal.getsignal(ONE) is signal.SIG_IGN
