"""A filter as conditions on the stored runs; what a person may not see matches nothing."""

import json

from sqlalchemy import ColumnElement, and_, exists, false, literal, or_, select, true
from sqlmodel import col

from models import IS_COMPLETED, IS_QUEUED, IS_RUNNING, IS_UNKNOWN, OperationRun, Tenant
from models.columns import from_now
from models.expressions import contains_like
from policy.access import Scope
from policy.status import UxStatus, outcome_of
from services.run_filters import LARGEST_ID, SPANS, SYSTEM_ID, RunFilter


def matching(wanted: RunFilter, scope: Scope) -> ColumnElement[bool]:
    """The runs within `scope` that are `wanted`. Not bounded: see `services.run_search`."""
    parts = conditions(wanted, scope)
    run_id = id_in(wanted.text)
    if run_id is not None:
        parts["text"] = or_(parts["text"], col(OperationRun.id) == run_id)
    return and_(visible(scope), *parts.values())


def visible(scope: Scope, tenant_id: int | None = None) -> ColumnElement[bool]:
    """The runs within `scope`, and of one tenant only when it is given."""
    found = [col(OperationRun.workspace_id) == scope.workspace_id]
    if scope.tenant_ids is not None:
        found.append(col(OperationRun.tenant_id).in_(sorted(scope.tenant_ids)))
    if tenant_id is not None:
        found.append(col(OperationRun.tenant_id) == tenant_id)
    return and_(*found)


def conditions(wanted: RunFilter, scope: Scope) -> dict[str, ColumnElement[bool]]:
    """What a run must be besides visible, by the parts of the filter.

    The text is looked for in all but the id: see `id_in`.
    """
    parts = _of_any_workspace(wanted)
    if wanted.tenant_slug is not None:
        parts["tenant"] = is_of_tenant(wanted.tenant_slug, scope)
    return parts


def is_wanted_if_seen(wanted: RunFilter) -> ColumnElement[bool]:
    """`conditions` for runs that are found to be visible already, of whichever workspace."""
    parts = _of_any_workspace(wanted)
    if wanted.tenant_slug is not None:
        of_tenant = exists().where(
            col(Tenant.id) == col(OperationRun.tenant_id),
            col(Tenant.workspace_id) == col(OperationRun.workspace_id),
            col(Tenant.slug) == wanted.tenant_slug,
        )
        parts["tenant"] = of_tenant.correlate(OperationRun)
    return and_(true(), *parts.values())


def _of_any_workspace(wanted: RunFilter) -> dict[str, ColumnElement[bool]]:
    parts: dict[str, ColumnElement[bool]] = {}
    if wanted.statuses:
        parts["status"] = or_(*map(has_status, wanted.statuses))
    if wanted.types:
        parts["type"] = col(OperationRun.type).in_(wanted.types)
    if wanted.initiator_id is not None:
        parts["initiator"] = is_started_by(wanted.initiator_id)
    if wanted.has_period:
        parts["period"] = is_in_period(wanted)
    if wanted.text:
        parts["text"] = has_text(wanted.text)
    return parts


def has_status(status: str) -> ColumnElement[bool]:
    """Stored as what a person reads as `status`; a word that is none matches nothing."""
    if status == UxStatus.UNKNOWN:
        return IS_UNKNOWN
    if status not in list(UxStatus):
        return false()
    # To the letter, because the small index of each status is taken for that only.
    if status == UxStatus.QUEUED:
        return IS_QUEUED
    if status == UxStatus.RUNNING:
        return IS_RUNNING
    return and_(IS_COMPLETED, col(OperationRun.outcome) == outcome_of(UxStatus(status)))


def is_of_tenant(slug: str, scope: Scope) -> ColumnElement[bool]:
    tenant = select(col(Tenant.id)).where(
        col(Tenant.slug) == slug, col(Tenant.workspace_id) == scope.workspace_id
    )
    return col(OperationRun.tenant_id) == tenant.scalar_subquery()


def is_started_by(initiator_id: int) -> ColumnElement[bool]:
    starter = col(OperationRun.initiated_by_user_id)
    return starter.is_(None) if initiator_id == SYSTEM_ID else starter == initiator_id


def is_in_period(wanted: RunFilter) -> ColumnElement[bool]:
    created, found = col(OperationRun.created_at), []
    if wanted.last:
        found.append(created >= from_now(-SPANS[wanted.last]))
    if wanted.created_from is not None:
        found.append(created >= wanted.created_from)
    if wanted.created_before is not None:
        found.append(created < wanted.created_before)
    return and_(*found)


def has_text(text: str) -> ColumnElement[bool]:
    """`text` anywhere in the type, the context or the failures, whatever its case."""
    return or_(
        contains_like(col(OperationRun.type), literal(_pattern(text))),
        contains_like(col(OperationRun.failure_summary), literal(_pattern(_in_json(text)))),
        contains_like(col(OperationRun.context), literal(_pattern(_in_json(text)))),
    )


def id_in(text: str) -> int | None:
    """The id that `text` may be."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= LARGEST_ID:
        return None
    return int(text)


def _in_json(text: str) -> str:
    """As `text` is written within a stored document."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _pattern(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"
