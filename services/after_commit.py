"""Deeds that must follow a transaction, and must not happen when it is rolled back."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session

_DEEDS = "stillwatch_after_commit"


def call(session: Session, deed: Callable[[], None]) -> None:
    """Call `deed` once, after `session`'s transaction is committed; never when it is not."""
    if _DEEDS not in session.info:
        session.info[_DEEDS] = []
        event.listen(session, "after_commit", _do)
        event.listen(session, "after_rollback", _forget)
    session.info[_DEEDS].append(deed)


def _do(session: Session) -> None:
    # Releasing a savepoint counts as a commit here, but nobody else sees its rows yet.
    if not session.in_nested_transaction():
        deeds, session.info[_DEEDS] = session.info[_DEEDS], []
        for deed in deeds:
            deed()


def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info[_DEEDS] = []
