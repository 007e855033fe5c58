"""The statement that is asked about any number of lists with one filter: what they show, and what
is newer. Built once for a filter, as building it takes longer than answering it.

`:groups` is an array of [number, workspace, tenants or null, the id above which runs are newer,
elements]. An element is [run, the version that is known of it, null] for a run to be shown, or
[null, null, tenant or null] for a branch: where newer runs are looked for. A workspace is one, or
each tenant that is seen of it.
"""

from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import OperationRun, Tenant
from models.columns import json_rows, utc_now
from models.expressions import (
    document_at,
    elements_of,
    filter_only,
    is_array,
    number_at,
    stretch_of,
)
from services.run_filters import RunFilter
from services.run_matching import is_wanted_if_seen
from services.run_snapshot import INITIATOR, as_stored, columns_where

MOST_NEW_RUNS = 100
# Among how many newer runs a list looks for those that it asks for.
MOST_NEWER = 1_000
_FILTERS_KEPT = 200


@lru_cache(_FILTERS_KEPT)
def windows_statement(wanted: RunFilter) -> Select[Any]:
    """Rows that begin as `run_snapshot.stored_in` takes them, without an id for a branch;
    `number` is the group, `newer` an array of [run, whether it is wanted] of the branch's newest.
    """
    asked = _asked()
    has_moved = col(OperationRun.version) != asked.c.version
    is_branch = asked.c.run_id.is_(None)
    return (
        select(
            *columns_where(has_moved),
            asked.c.number,
            case((is_branch, _newer(asked, wanted))).label("newer"),
            as_stored(select(utc_now()).scalar_subquery()).label("now"),
        )
        .select_from(asked)
        .outerjoin(OperationRun, (col(OperationRun.id) == asked.c.run_id) & _is_seen(asked))
        .outerjoin(Tenant, (col(Tenant.id) == col(OperationRun.tenant_id)) & has_moved)
        .outerjoin(
            INITIATOR, (col(INITIATOR.id) == col(OperationRun.initiated_by_user_id)) & has_moved
        )
    )


@cache
def _asked() -> CTE:
    """The elements of all groups with what there is to know of their group, taken apart once."""
    one = elements_of(bindparam("groups", type_=Text)).table_valued("value", name="one")
    group = (
        select(
            number_at(one.c.value, 0).label("number"),
            number_at(one.c.value, 1).label("workspace_id"),
            document_at(one.c.value, 2).label("tenants"),
            number_at(one.c.value, 3).label("newest_known"),
            document_at(one.c.value, 4).label("elements"),
        )
        .cte("listed")
        .prefix_with("MATERIALIZED")
    )
    element = elements_of(group.c.elements).table_valued("value", name="element")
    return (
        select(
            group.c.number,
            group.c.workspace_id,
            group.c.tenants,
            group.c.newest_known,
            number_at(element.c.value, 0).label("run_id"),
            number_at(element.c.value, 1).label("version"),
            number_at(element.c.value, 2).label("tenant_id"),
        )
        .select_from(group.join(element, true()))
        # All of them are. But PostgreSQL expects a hundred groups of a hundred elements, for which
        # it would rather read the whole table of runs than look each one up.
        .where(is_array(element.c.value))
        .cte("asked")
        .prefix_with("MATERIALIZED")
    )


def _is_seen(asked: CTE) -> ColumnElement[bool]:
    """The scope is part of the query: what lies outside of it is not there."""
    tenant = elements_of(asked.c.tenants).table_valued("value", name="tenant_seen")
    is_its_tenants = (
        select(literal(1))
        .select_from(tenant)
        .where(number_at(tenant.c.value, 0) == col(OperationRun.tenant_id))
        .correlate(asked, OperationRun)
        .exists()
    )
    return and_(
        col(OperationRun.workspace_id) == asked.c.workspace_id,
        or_(asked.c.tenants.is_(None), is_its_tenants),
    )


def _newer(asked: CTE, wanted: RunFilter) -> ColumnElement[Any]:
    run = aliased(OperationRun, name="newer")
    is_of_workspace = filter_only(col(run.workspace_id) == asked.c.workspace_id)
    of_workspace = _newest(asked, wanted, run.id, run.workspace_id, asked.c.workspace_id)
    of_tenant = _newest(asked, wanted, run.id, run.tenant_id, asked.c.tenant_id, is_of_workspace)
    return case((asked.c.tenant_id.is_(None), of_workspace), else_=of_tenant)


def _newest(
    asked: CTE,
    wanted: RunFilter,
    run_id: Any,
    owner: Any,
    value: ColumnElement[Any],
    *rest: ColumnElement[bool],
) -> ColumnElement[Any]:
    """The newest runs whose `owner` is `value`, newest first: which list knows how many of them is
    then a matter of counting.
    """
    newest = (
        select(run_id)
        .where(stretch_of(owner, run_id, value, asked.c.newest_known), *rest)
        .order_by(owner.desc(), run_id.desc())
        .limit(MOST_NEW_RUNS if wanted.is_empty else MOST_NEWER)
        .correlate(asked)
        .subquery("newest")
    )
    query = select(cast(json_rows(newest.c.id, literal(1)), Text)).select_from(newest)
    if not wanted.is_empty:
        is_wanted = case((is_wanted_if_seen(wanted), 1), else_=0)
        query = (
            select(cast(json_rows(newest.c.id, is_wanted), Text))
            .select_from(newest.join(OperationRun, col(OperationRun.id) == newest.c.id))
            .correlate(asked)
        )
    return query.scalar_subquery()
