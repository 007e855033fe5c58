"""A batch of a pruning: how it is found, and what it came to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows were removed, and how many are too old but kept."""

    removed: int
    kept: int


def in_order_of_id(time: ColumnElement[datetime | None]) -> ColumnElement[datetime | None]:
    """`time`, for a condition of a query that goes by id.

    By an index on the time a database would read and sort all that is old for every batch.
    """
    return func.coalesce(time, time)
