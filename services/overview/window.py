"""Which finished runs are counted: those of a time that is bounded, whatever happened in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from models import IS_COMPLETED, OperationRun
from models.columns import WrittenText
from policy.access import Scope

# SQLite keeps no statistics here: a bare column would tempt it to the index of all runs that ever
# ended so, or of a tenant, instead of that of the few which ended lately.
ended_as: ColumnElement[str] = func.coalesce(col(OperationRun.outcome), "")
# Other programs choose the types: one of megabytes must not become a key.
type_of_run: ColumnElement[str] = func.substr(col(OperationRun.type), 1, 200, type_=WrittenText())
_TENANT_ID = col(OperationRun.tenant_id) + 0


@dataclass(frozen=True, slots=True)
class Window:
    """What ended since `since` is counted; `is_cut` when that is later than was asked for."""

    since: datetime
    is_cut: bool = False


def window_of(session: Session, scope: Scope, start: datetime, most: int) -> Window:
    """The time since `start`, or as much of it as holds the newest `most` runs or so."""
    # Whatever the scope: what has to be read is bounded, not what is shown of it.
    earliest = session.scalar(
        select(col(OperationRun.completed_at))
        .where(_ended_since(scope, start))
        .order_by(col(OperationRun.completed_at).desc())
        .offset(most)
        .limit(1)
    )
    return Window(start) if earliest is None else Window(earliest, is_cut=True)


def ended(scope: Scope, since: datetime) -> ColumnElement[bool]:
    """That a run which `scope` shows has ended since then."""
    return and_(_ended_since(scope, since), of_tenants(scope))


def of_tenants(scope: Scope) -> ColumnElement[bool]:
    """That a run of the workspace belongs to a tenant which `scope` shows."""
    if scope.tenant_ids is None:
        return true()
    return _TENANT_ID.in_(sorted(scope.tenant_ids))


def whole_hour(moment: datetime) -> datetime:
    """The begin of the hour in UTC."""
    return moment.replace(minute=0, second=0, microsecond=0)


def hours_before(moment: datetime, hours: int) -> datetime:
    """Where a window begins that shows whole hours, with the `hours` before now all in it."""
    return whole_hour(moment) - timedelta(hours=hours)


def _ended_since(scope: Scope, since: datetime) -> ColumnElement[bool]:
    return and_(
        col(OperationRun.workspace_id) == scope.workspace_id,
        IS_COMPLETED,
        col(OperationRun.completed_at) >= since,
    )
