"""Sign-ins and the end of each; what a signed-in person may see is in `services.viewers`.

A sign-in ends after 30 minutes without activity, after 12 hours, or by hand. Reading never
extends one, so a page that refreshes itself keeps nobody signed in; only `touch` does.
"""

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from typing import NoReturn
from weakref import WeakValueDictionary

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlmodel import col

from models import User, UserSession
from models.columns import utc_now
from policy.wording import said
from services import audit, metrics, sign_in_throttle
from services.database import Database
from services.sign_in_throttle import SignInDelayed
from services.viewers import (
    ABSOLUTE,
    IDLE,
    Viewer,
    WorkspaceRef,
    find_viewers,
    viewer_in,
    viewer_of,
)

__all__ = [
    "ABSOLUTE",
    "IDLE",
    "LONGEST_EMAIL",
    "LONGEST_PASSWORD",
    "Auth",
    "SignInRefused",
    "Viewer",
    "WorkspaceRef",
    "csrf_token",
    "hash_password",
    "is_csrf_token",
    "is_password",
    "normal_email",
    "verify_password",
    "viewer_in",
]

LONGEST_PASSWORD = 1024
LONGEST_EMAIL = 320

_LONGEST_ADDRESS = 64
_LONGEST_USER_AGENT = 300
_TOUCH_EVERY = timedelta(seconds=60)
# Each verification takes 64 MiB and tens of milliseconds: a flood of sign-ins must queue here.
_VERIFICATIONS_AT_ONCE = 2
_HASHER = PasswordHasher()
_log = logging.getLogger("stillwatch.auth")


class SignInRefused(Exception):
    """No account has this address and password; it never says which of the two is wrong."""

    def __init__(self) -> None:
        super().__init__(said("This e-mail address and password do not match an account."))


class Auth:
    """Sign-ins of one database. `clock` is monotonic and only spares repeated writes."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._verifications = asyncio.Semaphore(_VERIFICATIONS_AT_ONCE)
        self._touched_at: dict[int, float] = {}
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def sign_in(
        self, email: str, password: str, previous_token: str | None, place: str = ""
    ) -> str:
        """Open a new session and return its token; the one of `previous_token` is revoked.

        `place` is the network address that the attempt comes from.
        Raises `SignInRefused`, or `SignInDelayed` without having looked at the password.
        """
        address = normal_email(email)
        is_possible = len(password) <= LONGEST_PASSWORD and _is_storable(address)
        if not is_possible:
            address = ""  # nobody's; but it counts, or a flood of such would fill the trail
        # One at a time for an account at a place: of many at once, each counts for the next.
        turn = (address, sign_in_throttle.place_of(place))
        async with self._turns.setdefault(turn, asyncio.Lock()):
            if not is_possible:
                await self._require_rested(address, place)
                await self._refuse(None, address, place)
            return await self._sign_in(address, password, previous_token, place)

    async def _sign_in(
        self, address: str, password: str, previous_token: str | None, place: str
    ) -> str:
        await self._require_rested(address, place)
        account = await self._database.read(partial(_find_account, email=address))
        async with self._verifications:
            is_right, new_hash = await self._database.off_loop(
                partial(verify_password, account.password_hash if account else None, password)
            )
        if account is None or not is_right:
            await self._refuse(account.id if account else None, address, place)
        token = secrets.token_urlsafe(32)
        is_open = await self._database.write(
            partial(
                _open_session,
                account=account,
                new_hash=new_hash,
                token=token,
                previous_token=previous_token,
                email=address,
                place=place,
            )
        )
        if not is_open:
            await self._refuse(account.id, address, place)
        return token

    async def viewer_of_token(self, token: str) -> Viewer | None:
        """The person whose browser holds `token`, while the session lives; one statement."""
        return await self._database.read(partial(viewer_of, token_hash=_token_hash(token)))

    async def viewer_of_session(self, session_id: int) -> Viewer | None:
        """The person of a session, while it lives; one statement."""
        return await self._database.read(partial(viewer_in, session_id=session_id))

    async def viewers_of_sessions(self, known: Mapping[int, Viewer | None]) -> Mapping[int, Viewer]:
        """The persons of sessions, see `services.viewers.find_viewers`; one statement."""
        return await self._database.read(partial(find_viewers, known=known))

    async def touch(self, session_id: int) -> None:
        """Count something done by hand as activity. An ended session stays ended."""
        now = self._clock()
        touched_at = self._touched_at.get(session_id)
        if touched_at is not None and now - touched_at < _TOUCH_EVERY.total_seconds():
            return
        self._forget_touches_before(now - _TOUCH_EVERY.total_seconds())
        # Noted first: the requests of one page load arrive together, and one of them writes.
        self._touched_at[session_id] = now
        try:
            await self._database.write(partial(_touch, session_id=session_id))
        except SQLAlchemyError as error:
            self._touched_at.pop(session_id, None)  # the next deed tries again
            _log.warning("activity cannot be noted: %s", str(error).partition("\n")[0])

    async def note_origin(self, token: str, address: str, user_agent: str) -> None:
        """Keep from where a fresh sign-in was made, for its owner to know it by."""
        await self._database.write(
            partial(_note_origin, token=token, address=address, user_agent=user_agent)
        )

    async def is_own_password(self, user_id: int, password: str) -> bool:
        """Whether this is the present password of an account."""
        if len(password) > LONGEST_PASSWORD:
            return False
        stored = await self._database.read(
            lambda session: session.scalar(
                select(col(User.password_hash)).where(col(User.id) == user_id)
            )
        )
        async with self._verifications:
            is_right, _ = await self._database.off_loop(partial(verify_password, stored, password))
        return is_right

    async def sign_out(self, session_id: int) -> None:
        """End a session for good."""
        await self._database.write(partial(_sign_out, session_id=session_id))

    async def switch_workspace(self, session_id: int, slug: str) -> bool:
        """Make the workspace the session's own; False when the person may not enter it."""
        return await self._database.write(
            partial(_switch_workspace, session_id=session_id, slug=slug)
        )

    async def _require_rested(self, email: str, place: str) -> None:
        try:
            await self._database.read(
                partial(sign_in_throttle.require_rested, email=email, address=place)
            )
        except SignInDelayed:
            metrics.sign_ins_delayed.inc()
            raise

    async def _refuse(self, user_id: int | None, email: str, place: str) -> NoReturn:
        await self._database.write(
            partial(_note_refusal, user_id=user_id, email=email, place=place)
        )
        raise SignInRefused

    def _forget_touches_before(self, limit: float) -> None:
        self._touched_at = {
            session_id: at for session_id, at in self._touched_at.items() if at > limit
        }


def normal_email(email: str) -> str:
    """An address as it is stored and compared: without case and surrounding blanks."""
    return email.strip().casefold()


def hash_password(password: str) -> str:
    """A new Argon2id hash; takes tens of milliseconds and 64 MiB."""
    return _HASHER.hash(_encoded(password))


def is_password(password: str, password_hash: str) -> bool:
    """Whether `password_hash` was made from `password`; costs as much as making one."""
    try:
        return _HASHER.verify(password_hash, _encoded(password))
    except (VerificationError, InvalidHashError):
        return False


def csrf_token(secret: str, subject: str) -> str:
    """What a form for `subject` carries to prove that this console rendered it."""
    return hmac.new(secret.encode(), _encoded(subject), hashlib.sha256).hexdigest()


def is_csrf_token(secret: str, subject: str, token: str) -> bool:
    """Whether `token` is the one for `subject`, in a time that tells nothing about it."""
    return hmac.compare_digest(csrf_token(secret, subject).encode(), _encoded(token))


def _is_storable(email: str) -> bool:
    # NUL bytes and lone surrogates would fail in the database instead of being refused.
    return len(email) <= LONGEST_EMAIL and email.isprintable()


@dataclass(frozen=True, slots=True)
class _Account:
    id: int
    password_hash: str


def _find_account(session: Session, email: str) -> _Account | None:
    row = session.execute(
        select(col(User.id), col(User.password_hash)).where(
            col(User.email) == email, col(User.disabled_at).is_(None)
        )
    ).one_or_none()
    return None if row is None else _Account(row.id, row.password_hash)


def verify_password(password_hash: str | None, password: str) -> tuple[bool, str | None]:
    """Whether the password is right, and its new hash when the stored one is out of date."""
    dummy = _dummy_hash()  # first in both cases, or making it would give an unknown account away
    if password_hash is None:
        is_password(password, dummy)
        return False, None
    if not is_password(password, password_hash):
        return False, None
    is_outdated = _HASHER.check_needs_rehash(password_hash)
    return True, hash_password(password) if is_outdated else None


@cache
def _dummy_hash() -> str:
    return hash_password(secrets.token_urlsafe(32))


def _note_refusal(session: Session, user_id: int | None, email: str, place: str) -> None:
    sign_in_throttle.count_failure(session, email, place)
    audit.record(
        session,
        "sign_in_refused",
        "user_account",
        user_id,
        actor_user_id=user_id,
        details={"email": email},
    )


def _open_session(
    session: Session,
    account: _Account,
    new_hash: str | None,
    token: str,
    previous_token: str | None,
    email: str,
    place: str,
) -> bool:
    # The password may have been changed while the old one was being verified.
    if not _lock(session, account):
        return False
    if new_hash is not None:
        this_account = col(User.id) == account.id
        session.execute(update(User).where(this_account).values(password_hash=new_hash))
    sign_in_throttle.forgive(session, email, place)
    if previous_token:
        _revoke(session, col(UserSession.token_hash) == _token_hash(previous_token))
    now = session.execute(select(utc_now())).scalar_one()
    session_id = session.execute(
        insert(UserSession)
        .values(
            token_hash=_token_hash(token),
            user_id=account.id,
            created_at=now,
            last_active_at=now,
        )
        .returning(col(UserSession.id))
    ).scalar_one()
    audit.record(session, "sign_in", "user_session", session_id, actor_user_id=account.id)
    return True


def _lock(session: Session, account: _Account) -> bool:
    """Keep the account as it is until the end; False when it is not so any more."""
    same = (
        col(User.id) == account.id,
        col(User.password_hash) == account.password_hash,
        col(User.disabled_at).is_(None),
    )
    # Yet to be referred to: a refusal of the account, which may have its turn at the place, names
    # it in the trail, and each would wait for the other.
    found = select(col(User.id)).where(*same).with_for_update(key_share=True)
    return session.scalar(found) is not None


def _touch(session: Session, session_id: int) -> None:
    now = session.execute(select(utc_now())).scalar_one()
    session.execute(
        update(UserSession)
        .where(
            col(UserSession.id) == session_id,
            col(UserSession.revoked_at).is_(None),
            col(UserSession.last_active_at) < now - _TOUCH_EVERY,
            # What has run out stays so: a late click must not revive it.
            col(UserSession.last_active_at) > now - IDLE,
            col(UserSession.created_at) > now - ABSOLUTE,
        )
        .values(last_active_at=now)
    )


def _note_origin(session: Session, token: str, address: str, user_agent: str) -> None:
    session.execute(
        update(UserSession)
        .where(col(UserSession.token_hash) == _token_hash(token))
        .values(
            address=_one_line(address, _LONGEST_ADDRESS),
            user_agent=_one_line(user_agent, _LONGEST_USER_AGENT),
        )
    )


def _one_line(text: str, longest: int) -> str:
    """What a browser says of itself, made harmless to store and to show."""
    return "".join(c if c.isprintable() else " " for c in text[:longest])


def _sign_out(session: Session, session_id: int) -> None:
    for user_id in _revoke(session, col(UserSession.id) == session_id):
        audit.record(session, "sign_out", "user_session", session_id, actor_user_id=user_id)


def _switch_workspace(session: Session, session_id: int, slug: str) -> bool:
    viewer = viewer_in(session, session_id)
    wanted = [ref for ref in viewer.workspaces if ref.slug == slug] if viewer else []
    if not wanted:
        return False
    session.execute(
        update(UserSession)
        .where(col(UserSession.id) == session_id)
        .values(workspace_id=wanted[0].id)
    )
    return True


def _revoke(session: Session, these: ColumnElement[bool]) -> list[int]:
    """Revoke those sessions that still live; return whose they were."""
    return list(
        session.scalars(
            update(UserSession)
            .where(these, col(UserSession.revoked_at).is_(None))
            .values(revoked_at=utc_now())
            .returning(col(UserSession.user_id))
        )
    )


def _token_hash(token: str) -> str:
    return hashlib.sha256(_encoded(token)).hexdigest()


def _encoded(text: str) -> bytes:
    # What a client sends may hold lone surrogates; it is to be refused, not to raise.
    return text.encode("utf-8", "surrogatepass")
