"""Cutting a long table into ranges of ids, each small enough to be read at one go."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Mapped, Session

# Few enough that one statement is a matter of milliseconds even when a filter drops every row.
_IDS = 5_000


@dataclass(frozen=True, slots=True)
class IdRange:
    """The ids above `after` up to `up_to`; `share` of all of them lie up to there, about."""

    after: int
    up_to: int
    share: float


def id_ranges(
    session: Session, ids: Mapped[int | None], condition: ColumnElement[bool]
) -> Iterator[IdRange]:
    """The ids under `condition` in ascending ranges of at most 5,000, found by index alone."""
    first, last = session.execute(select(func.min(ids), func.max(ids)).where(condition)).one()
    if first is None or last is None:
        return
    after: int = first - 1
    while after < last:
        step = select(ids).where(condition, ids > after).order_by(ids).offset(_IDS - 1).limit(1)
        up_to = session.scalar(step) or last
        yield IdRange(after, up_to, (up_to - first + 1) / (last - first + 1))
        after = up_to
