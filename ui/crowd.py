"""How many sockets each sign-in and each address holds open in this process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import Scope

from policy.limits import Limits
from services.sign_in_throttle import place_of
from ui.session_cookie import SESSION_COOKIE, digest_of


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks: an address, and a sign-in unless there is none. Of neither is the text kept."""

    address: str
    session: str | None

    @classmethod
    def of(cls, scope: Scope) -> "Party":
        connection = HTTPConnection(scope)
        token = connection.cookies.get(SESSION_COOKIE)
        client = connection.client
        return cls(place_of(client.host if client else ""), digest_of(token) if token else None)


@dataclass(slots=True)
class Crowd:
    """Only who is here is counted: there is nothing to forget."""

    limits: Limits
    _sessions: Counter[str] = field(default_factory=Counter)
    _addresses: Counter[str] = field(default_factory=Counter)

    def full_for(self, party: Party) -> str | None:
        """Why one more socket of `party` is too many, if it is."""
        if self._addresses[party.address] >= self.limits.sockets_per_address:
            return "full_address"
        if party.session and self._sessions[party.session] >= self.limits.sockets_per_session:
            return "full_session"
        return None

    @contextmanager
    def joined_by(self, party: Party) -> Iterator[None]:
        """One socket of `party` is open for as long as this is."""
        self._add(party, 1)
        try:
            yield
        finally:
            self._add(party, -1)

    def _add(self, party: Party, number: int) -> None:
        for counted, key in ((self._addresses, party.address), (self._sessions, party.session)):
            if key is not None:
                counted[key] += number
                if counted[key] <= 0:
                    del counted[key]
