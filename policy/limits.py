"""What one sign-in, one address and one socket may take of the console."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Defaults that no person with a browser meets, nor an office behind one address."""

    sockets_per_session: int = 60
    sockets_per_address: int = 1000
    # A restart has all tabs of a browser loaded anew at once: a minute's worth may come together.
    pages_per_session: int = 1200
    pages_per_address: int = 6000
    events_per_second: int = 25
    largest_message: int = 256 * 1024
