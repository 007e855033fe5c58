"""Who is here is counted, by sign-in and by address, and nobody else is remembered."""

from policy.limits import Limits
from ui.crowd import Crowd, Party


def scope(address: str | None = "192.0.2.1", cookie: str = "") -> dict[str, object]:
    headers = [(b"cookie", cookie.encode())] if cookie else []
    client = None if address is None else (address, 4711)
    return {"type": "websocket", "client": client, "headers": headers, "path": "/"}


def test_a_network_of_the_newer_internet_is_one_address() -> None:
    one, other = Party.of(scope("2001:db8::1")), Party.of(scope("2001:db8::2"))

    assert one == other
    assert one != Party.of(scope("2001:db8:1::1"))


def test_a_sign_in_is_known_by_a_digest_and_never_by_its_token() -> None:
    party = Party.of(scope(cookie="stillwatch_session=secret-token; other=1"))

    assert party.session
    assert "secret-token" not in repr(party)
    assert Party.of(scope()).session is None
    assert Party.of(scope(None)).address == "unknown"


def test_one_too_many_is_told_by_what_is_full() -> None:
    crowd = Crowd(Limits(sockets_per_session=1, sockets_per_address=2))
    mine, other, third = (Party("a", name) for name in ("mine", "other", "third"))

    with crowd.joined_by(mine):
        assert crowd.full_for(mine) == "full_session"
        assert crowd.full_for(other) is None
        with crowd.joined_by(other):
            assert crowd.full_for(third) == "full_address"
            assert crowd.full_for(Party("b", "third")) is None


def test_who_goes_is_forgotten() -> None:
    crowd = Crowd(Limits())

    for number in range(1000):
        with crowd.joined_by(Party(f"address {number}", f"session {number}")):
            pass

    assert not crowd._addresses
    assert not crowd._sessions
