"""Guessing passwords takes ever longer, for each account at each address by itself.

Failures are counted per pair, so that a stranger's lock nobody out elsewhere. What is not an
account counts alike: being told to wait tells nothing.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import SignInFailure
from models.columns import from_now, utc_now
from policy.sign_in_pacing import (
    ADDRESS_FAILURES,
    ADDRESS_WINDOW,
    KNOWN_FOR,
    REMEMBERED,
    wait_after,
)
from policy.wording import said
from services.database import wait_for_turn

_ALL_ACCOUNTS = ""


class SignInDelayed(Exception):
    """This account must not be tried from this address for so many `seconds`."""

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        super().__init__(
            said("Too many attempts. Please try again in a minute.")
            if minutes <= 1
            else said("Too many attempts. Please try again in {n} minutes.", n=minutes)
        )
        self.seconds = seconds


def require_rested(session: Session, email: str, address: str) -> None:
    """Refuse an attempt that comes too early. Raises `SignInDelayed`; reads, and writes nothing."""
    place = place_of(address)
    now = session.execute(select(utc_now())).scalar_one()
    pair = _find(session, _account_key(email), place)
    if now - pair.last_at < REMEMBERED:
        _require_passed(now, pair.last_at + wait_after(pair.failures))
    everyone = _find(session, _ALL_ACCOUNTS, place)
    # Who has signed in from there before is not held up by what others there do.
    if everyone.failures >= ADDRESS_FAILURES and not pair.is_known:
        _require_passed(now, everyone.since + ADDRESS_WINDOW)


def count_failure(session: Session, email: str, address: str) -> None:
    """Note a wrong password, or an account that does not exist."""
    place = place_of(address)
    wait_for_turn(session, f"sign-in {place}")
    now = session.execute(select(utc_now())).scalar_one()
    pair = _find(session, _account_key(email), place)
    everyone = _find(session, _ALL_ACCOUNTS, place)
    is_new_window = now - everyone.since >= ADDRESS_WINDOW
    _count(session, pair, now, is_first=now - pair.last_at >= REMEMBERED)
    _count(session, everyone, now, is_first=is_new_window)
    if is_new_window:
        _sweep(session)  # now and then: once in an hour for each address that fails


def forgive(session: Session, email: str, address: str) -> None:
    """Forget what failed before the right password; the pair is known from now on."""
    place = place_of(address)
    wait_for_turn(session, f"sign-in {place}")
    pair = _find(session, _account_key(email), place)
    now = session.execute(select(utc_now())).scalar_one()
    _put(session, pair, {"failures": 0, "since": now, "last_at": now, "is_known": True})


def place_of(address: str) -> str:
    """Where an address is: itself, or for IPv6 the network that one subscriber has."""
    try:
        parsed = ipaddress.ip_address(_without_port(address).partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _without_port(address: str) -> str:
    """Some web servers name the port, too: `192.0.2.1:4711`, `[2001:db8::1]:4711`."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


@dataclass(frozen=True, slots=True)
class _Counted:
    account: str
    address: str
    is_there: bool
    failures: int
    since: datetime
    last_at: datetime
    is_known: bool


_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _find(session: Session, account: str, address: str) -> _Counted:
    row = session.execute(
        select(
            col(SignInFailure.failures),
            col(SignInFailure.since),
            col(SignInFailure.last_at),
            col(SignInFailure.is_known),
        ).where(_is_of(account, address))
    ).one_or_none()
    if row is None:
        return _Counted(account, address, False, 0, _NEVER, _NEVER, False)
    # A time that is none reads as long ago: a broken row must not keep anybody out.
    since, last_at = row.since or _NEVER, row.last_at or _NEVER
    return _Counted(account, address, True, row.failures, since, last_at, row.is_known)


def _require_passed(now: datetime, moment: datetime) -> None:
    if now < moment:
        raise SignInDelayed(int((moment - now).total_seconds()) + 1)


def _count(session: Session, counted: _Counted, now: datetime, *, is_first: bool) -> None:
    values: dict[str, Any] = {"failures": counted.failures + 1, "last_at": now}
    if is_first:
        values |= {"failures": 1, "since": now}
    _put(session, counted, values)


def _put(session: Session, counted: _Counted, values: dict[str, Any]) -> None:
    if counted.is_there:
        this = _is_of(counted.account, counted.address)
        session.execute(update(SignInFailure).where(this).values(**values))
    else:
        key = {"account": counted.account, "address": counted.address}
        session.execute(insert(SignInFailure).values(**key, **values))


def _sweep(session: Session) -> None:
    """Remove what has no bearing any more."""
    last_at = col(SignInFailure.last_at)
    session.execute(
        delete(SignInFailure).where(
            last_at < from_now(-REMEMBERED),
            or_(last_at < from_now(-KNOWN_FOR), col(SignInFailure.is_known).is_(False)),
        )
    )


def _is_of(account: str, address: str) -> Any:
    return and_(col(SignInFailure.account) == account, col(SignInFailure.address) == address)


def _account_key(email: str) -> str:
    # People type passwords into the wrong field: what was typed is not kept.
    return hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()
