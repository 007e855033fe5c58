"""The runs that pages watch, all of them in one statement, which reads only what has changed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Text, bindparam, select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, Tenant
from models.columns import read_time, utc_now
from models.expressions import elements_of, number_at
from services.queue_place import place_columns, positions
from services.run_snapshot import (
    INITIATOR,
    NO_VERSION,
    RunSnapshot,
    as_stored,
    columns_where,
    stored_in,
)
from services.run_trail import NO_TRAIL, trail_columns, trail_of


def find_watched(
    session: Session, known: Mapping[int, RunSnapshot | None]
) -> dict[int, RunSnapshot]:
    """Runs by id with their places in the queue and their trails, for whoever has been found to
    see them (`runs.is_visible`); what is missing is left out. One statement.

    `known` gives each run's newest snapshot, or None. What is stored of a run is read when its
    version is another than the known one's, and of its trail only what came after; the rest is
    taken over. What moves without a version, the place in the queue, is always read.
    """
    # Past the layer of mapped objects, which has none here and costs as much as the reading.
    rows = session.connection().execute(_WATCHED, {"known": _as_json(known)}).all()
    if not rows:
        return {}
    now = read_time(rows[0].now)
    assert now is not None
    places = positions({row.id: row.queue_head for row in rows})
    dialect = session.get_bind().dialect
    return {row.id: _snapshot(row, known[row.id], now, places.get(row.id), dialect) for row in rows}


def find_run(session: Session, run_id: int, last: RunSnapshot | None = None) -> RunSnapshot | None:
    """`find_watched` of one run; None when it is missing."""
    return find_watched(session, {run_id: last}).get(run_id)


def _as_json(known: Mapping[int, RunSnapshot | None]) -> str:
    return json.dumps(
        [
            (run_id, NO_VERSION, NO_TRAIL.newest_id)
            if last is None
            else (run_id, last.version, last.trail.newest_id)
            for run_id, last in known.items()
        ]
    )


def _snapshot(
    row: Row[Any], last: RunSnapshot | None, now: datetime, place: int | None, dialect: Dialect
) -> RunSnapshot:
    trail = trail_of(row, NO_TRAIL if last is None else last.trail)
    values = (now, *stored_in(row, last, dialect), place, row.has_room, row.worker_seen_at, trail)
    return RunSnapshot(*values)


def _statement() -> Select[Any]:
    elements = elements_of(bindparam("known", type_=Text)).table_valued("value", name="element")
    names = ("run_id", "version", "newest_event")
    taken_apart = (
        number_at(elements.c.value, place).label(name) for place, name in enumerate(names)
    )
    # Taken apart once: folded into the statement it would be for each column.
    known = select(*taken_apart).cte("known").prefix_with("MATERIALIZED")
    has_moved = col(OperationRun.version) != known.c.version
    return (
        select(
            *columns_where(has_moved),
            *place_columns(),
            *trail_columns(known.c.newest_event, known),
            # Once for all of them.
            as_stored(select(utc_now()).scalar_subquery()).label("now"),
        )
        .select_from(known)
        .join(OperationRun, col(OperationRun.id) == known.c.run_id)
        .outerjoin(Tenant, (col(Tenant.id) == col(OperationRun.tenant_id)) & has_moved)
        .outerjoin(
            INITIATOR, (col(INITIATOR.id) == col(OperationRun.initiated_by_user_id)) & has_moved
        )
    )


# Built once: it is read again and again, and building it takes longer than answering it.
_WATCHED = _statement()
