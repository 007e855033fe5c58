"""Whom the pace of a socket hinders, and whom it does not."""

import pytest

from policy.limits import Limits
from policy.socket_pace import Haste, SocketPace

RATE = float(Limits().events_per_second)
SMALL = 200


def flood(pace: SocketPace, seconds: float) -> tuple[int, Haste]:
    """Messages without a pause but the waits; how many were heard, and how it ended."""
    now, heard = 0.0, 0
    while now < seconds:
        turn = pace.take(now, SMALL)
        if turn.haste is Haste.TOO_MUCH:
            return heard, turn.haste
        heard += 1
        now += turn.wait
    return heard, turn.haste


@pytest.mark.parametrize(
    ("who", "per_second", "seconds"),
    [
        ("a fast typist", 15, 600),
        ("a key held down", 33, 10),
        ("somebody who selects rows", 8, 60),
        ("a page's own acknowledgements", 2, 3600),
    ],
)
def test_no_person_is_ever_held(who: str, per_second: int, seconds: int) -> None:
    pace = SocketPace(RATE, 0.0)

    turns = [pace.take(n / per_second, SMALL) for n in range(per_second * seconds)]

    assert all(turn.wait == 0 for turn in turns), who


def test_fifty_things_at_once_are_heard_at_once() -> None:
    """As when a page comes back that had much to say."""
    pace = SocketPace(RATE, 0.0)

    assert all(pace.take(0.0, SMALL).wait == 0 for _ in range(50))


def test_a_text_of_the_largest_size_is_heard_at_once() -> None:
    pace = SocketPace(RATE, 0.0)

    assert pace.take(0.0, Limits().largest_message) == (Haste.NONE, 0.0)


def test_large_messages_count_as_many() -> None:
    pace = SocketPace(RATE, 0.0)

    waits = [pace.take(0.0, Limits().largest_message).wait for _ in range(3)]

    assert waits[0] == 0
    assert waits[2] > 3


def test_a_few_things_in_a_row_take_no_turns_and_many_do() -> None:
    pace = SocketPace(RATE, 0.0)

    hastes = [pace.take(0.0, SMALL).haste for _ in range(20)]

    assert hastes[:8] == [Haste.NONE] * 8
    assert hastes[-1] is Haste.SOME


def test_a_flood_is_held_to_its_rate_and_then_cut() -> None:
    heard, end = flood(SocketPace(RATE, 0.0), 60)

    assert end is Haste.TOO_MUCH
    assert heard <= RATE * (4 + 11)


def test_whoever_rests_in_between_is_not_cut() -> None:
    pace, now = SocketPace(RATE, 0.0), 0.0

    for _ in range(20):
        for _ in range(120):
            turn = pace.take(now, SMALL)
            assert turn.haste is not Haste.TOO_MUCH
            now += turn.wait
        now += 4
    assert not pace.take(now + 60, SMALL).wait
    assert not pace.is_held
