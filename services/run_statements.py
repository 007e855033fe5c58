"""The statements of a run's life, each built once: building one anew costs more than running it."""

from enum import Enum, auto
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    Insert,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from models import IS_ACTIVE, Runner, RunStatus
from models.columns import from_now, utc_now

RUN = SQLModel.metadata.tables["operation_run"]
AT_ONCE = 100  # runs looked at in one transaction


class Sql(Enum):
    """What a column is set to by the database itself."""

    NOW = auto()
    LEASE_END = auto()  # needs the parameter `lease_seconds`
    AFTER_DELAY = auto()  # needs the parameter `delay_seconds`
    ONE_MORE = auto()
    ONE_LESS = auto()


class By(Enum):
    """How a run must be as it was known: held by a token, or at the version that was read."""

    TOKEN = auto()
    VERSION = auto()
    VERSION_WITH_ROOM = auto()  # and its concurrency key leaves room for it


def _has_room() -> ColumnElement[bool]:
    working = RUN.alias("working")
    at_work = (
        select(func.count())
        .select_from(working)
        .where(
            # To the letter of the partial index, see models.operation_run.
            literal_column("working.status IN ('queued', 'running')"),
            working.c.status == RunStatus.RUNNING,
            working.c.concurrency_key == RUN.c.concurrency_key,
            working.c.id != RUN.c.id,
        )
        .correlate(RUN)
        .scalar_subquery()
    )
    return or_(RUN.c.concurrency_limit.is_(None), at_work < RUN.c.concurrency_limit)


# Whether a run's concurrency key leaves room for it to be at work.
HAS_ROOM = _has_room()
_IS_WAITING = and_(
    IS_ACTIVE,
    RUN.c.status == RunStatus.QUEUED,
    RUN.c.runner == Runner.WORKER,
    or_(RUN.c.available_at.is_(None), RUN.c.available_at <= utc_now()),
)
_IS_ABANDONED = and_(
    RUN.c.status == RunStatus.RUNNING,
    RUN.c.runner == Runner.WORKER,
    RUN.c.lease_until < utc_now(),
)
_IN_ORDER = (RUN.c.priority.desc(), RUN.c.id)

FIND = select(RUN).where(RUN.c.id == bindparam("run_id"))
_ACTIVE = [RunStatus.QUEUED.value, RunStatus.RUNNING.value]
FIND_ACTIVE_ID = select(RUN.c.id).where(
    RUN.c.active_key == bindparam("key"), RUN.c.status.in_(_ACTIVE)
)
FREE_KEY = (
    update(RUN)
    .where(RUN.c.active_key == bindparam("key"), RUN.c.status.not_in(_ACTIVE))
    .values(active_key=None, version=RUN.c.version + 1)
)
NEXT_CLAIMABLE = select(RUN).where(_IS_WAITING, HAS_ROOM).order_by(*_IN_ORDER).limit(1)
CLAIMABLE = FIND.where(or_(and_(_IS_WAITING, HAS_ROOM), _IS_ABANDONED))
NEXT_OF_KEY = (
    select(RUN)
    .where(_IS_WAITING, RUN.c.concurrency_key == bindparam("key"))
    .order_by(*_IN_ORDER)
    .limit(bindparam("most", type_=Integer))
)
WAITING = (
    select(RUN.c.id, RUN.c.attempt, RUN.c.priority)
    .where(_IS_WAITING, HAS_ROOM)
    .order_by(*_IN_ORDER)
    .limit(AT_ONCE)
)
HELD_BY_OWNER = select(RUN).where(
    IS_ACTIVE,
    RUN.c.status == RunStatus.RUNNING,
    RUN.c.runner == Runner.WORKER,
    RUN.c.lease_owner == bindparam("owner"),
)
# Not by version: a heartbeat in between changes nothing about the wish.
REQUEST_CANCELLATION = (
    update(RUN)
    .where(
        RUN.c.id == bindparam("run_id"),
        RUN.c.status == RunStatus.RUNNING,
        RUN.c.cancel_requested_at.is_(None),
    )
    .values(cancel_requested_at=utc_now(), version=RUN.c.version + 1)
    .returning(RUN.c.id)
)


@cache
def expired(runners: frozenset[Runner]) -> Select[Any]:
    """The runs whose lease has run out, at most 100."""
    return (
        select(RUN)
        .where(
            IS_ACTIVE,
            RUN.c.status == RunStatus.RUNNING,
            RUN.c.runner.in_(sorted(runners)),
            RUN.c.lease_until < utc_now(),
        )
        .limit(AT_ONCE)
    )


@cache
def insert_unless_active(dialect: str) -> Insert:
    """Insert a run and return its id, or nothing when its `active_key` has an active one."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    insert = make(RUN).values(created_at=utc_now())
    return insert.on_conflict_do_nothing(index_elements=["active_key"]).returning(RUN.c.id)


@cache
def move(
    current: str,
    target: str,
    by: By,
    given: tuple[str, ...],
    worked_out: tuple[tuple[str, Sql], ...],
) -> Update:
    """Compare and set: from `current` to `target`, bumping `version`, returning the moved run.

    Parameters: `run_id`, `known` (the token or the version), and one for each of `given`.
    """
    known = RUN.c.lease_token if by is By.TOKEN else RUN.c.version
    conditions = [RUN.c.id == bindparam("run_id"), known == bindparam("known")]
    if by is By.VERSION_WITH_ROOM:
        conditions.append(HAS_ROOM)
    sets: dict[str, Any] = {
        name: bindparam(f"new_{name}", type_=RUN.c[name].type) for name in given
    }
    sets |= {name: _expression(RUN.c[name], sql) for name, sql in worked_out}
    return (
        update(RUN)
        .where(*conditions, RUN.c.status == current)
        .values(status=target, version=RUN.c.version + 1, **sets)
        .returning(*RUN.c)
    )


def _expression(column: Column[Any], sql: Sql) -> ColumnElement[Any]:
    match sql:
        case Sql.NOW:
            return utc_now()
        case Sql.LEASE_END:
            return from_now(bindparam("lease_seconds", type_=Float))
        case Sql.AFTER_DELAY:
            return from_now(bindparam("delay_seconds", type_=Float))
        case Sql.ONE_MORE:
            return column + 1
        case Sql.ONE_LESS:
            return column - 1
