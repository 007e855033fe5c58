"""One outage of the database is one line."""

import logging

import pytest

from jobs.faults import Faults


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_outage_is_told_once_and_so_is_its_end(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "stillwatch.worker")
    faults = Faults(clock)

    for _ in range(3):
        faults.away(ConnectionError("refused"))
    for _ in range(3):
        faults.clear()

    assert caplog.messages == [
        "the database cannot be reached: refused",
        "the database is back",
    ]


def test_the_late_errors_of_an_outage_are_no_second_one(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "stillwatch.worker")
    faults = Faults(clock)
    faults.away(ConnectionError("refused"))
    faults.clear()

    clock.now = 9.9
    faults.away(ConnectionError("terminated"))

    assert caplog.messages == ["the database cannot be reached: refused"]


def test_an_outage_that_begins_soon_after_another_is_told_when_it_lasts(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "stillwatch.worker")
    faults = Faults(clock)
    faults.away(ConnectionError("first"))
    faults.clear()
    clock.now = 5
    faults.away(ConnectionError("second"))

    clock.now = 10
    faults.away(ConnectionError("second"))

    assert caplog.messages == [
        "the database cannot be reached: first",
        "the database cannot be reached: second",
    ]
