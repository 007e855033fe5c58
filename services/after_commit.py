"""Deeds that must follow a transaction, and must not happen when it is rolled back."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session

_DEEDS = "stillwatch_after_commit"


def call(session: Session, deed: Callable[[], None]) -> None:
    """Call `deed` once, after `session`'s transaction is committed; never when it is not."""
    session.info.setdefault(_DEEDS, []).append(deed)


# Of all sessions at once: to listen to each anew would cost as much as a statement.
@event.listens_for(Session, "after_commit")
def _do(session: Session) -> None:
    # Releasing a savepoint counts as a commit here, but nobody else sees its rows yet.
    if _DEEDS in session.info and not session.in_nested_transaction():
        for deed in session.info.pop(_DEEDS):
            deed()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_DEEDS, None)
