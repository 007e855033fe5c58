"""Which processes are there to do the work, as they last said of themselves."""

from datetime import timedelta

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Worker
from models.columns import from_now, utc_now

SEEN_EVERY = timedelta(seconds=10)
_FORGET_AFTER = timedelta(days=1)


def report_presence(session: Session, name: str, slots: int) -> None:
    """Say that worker `name`, which does `slots` runs at once, is here."""
    seen = session.execute(
        update(Worker).where(col(Worker.name) == name).values(seen_at=utc_now(), slots=slots)
    )
    if seen.rowcount == 0:  # type: ignore[attr-defined]
        _forget_gone(session)
        session.execute(insert(Worker).values(name=name, slots=slots))


def withdraw(session: Session, name: str) -> None:
    """Say that worker `name` has stopped in good order."""
    session.execute(delete(Worker).where(col(Worker.name) == name))


def _forget_gone(session: Session) -> None:
    session.execute(delete(Worker).where(col(Worker.seen_at) < from_now(-_FORGET_AFTER)))
