"""Who may see and do what: the rights table of the contract, and nothing besides it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.states import PACK_GENERATION, Role


class Action(StrEnum):
    SEE = "see"
    START = "start"
    START_INSTANCE_WIDE = "start_instance_wide"
    CANCEL_OR_RETRY = "cancel_or_retry"
    ACKNOWLEDGE = "acknowledge"
    GENERATE_PACK = "generate_pack"
    DOWNLOAD_PACK = "download_pack"
    AUDIT = "audit"
    ADMINISTER = "administer"


_TENANT_ROLES = frozenset({Role.TENANT_ADMIN, Role.TENANT_VIEWER})
_ALLOWED: dict[Action, frozenset[str]] = {
    Action.SEE: frozenset(Role),
    Action.START: frozenset({Role.OWNER, Role.OPERATOR}),
    Action.START_INSTANCE_WIDE: frozenset({Role.OWNER}),
    # A tenant admin cancels and retries the tenant's own pack generation, nothing else.
    Action.CANCEL_OR_RETRY: frozenset({Role.OWNER, Role.OPERATOR}),
    # What a whole workspace's failures mean is judged by those who see all of them.
    Action.ACKNOWLEDGE: frozenset({Role.OWNER, Role.OPERATOR}),
    Action.GENERATE_PACK: frozenset({Role.OWNER, Role.OPERATOR, Role.TENANT_ADMIN}),
    Action.DOWNLOAD_PACK: frozenset({Role.OWNER, Role.OPERATOR, Role.AUDITOR, Role.TENANT_ADMIN}),
    Action.AUDIT: frozenset({Role.OWNER, Role.AUDITOR}),
    Action.ADMINISTER: frozenset({Role.OWNER}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One membership: `role` in `workspace_id`, or in its one tenant `tenant_id`."""

    role: str
    workspace_id: int
    tenant_id: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is aimed at: a workspace, one of its tenants, or a run of some type."""

    workspace_id: int
    tenant_id: int | None = None
    run_type: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which runs of a workspace a person sees: all of them, or those of some tenants."""

    workspace_id: int
    tenant_ids: frozenset[int] | None

    @property
    def is_whole_workspace(self) -> bool:
        return self.tenant_ids is None


def may(grants: Iterable[Grant], action: Action, target: Target) -> bool:
    """Whether any of a person's grants allows `action` on `target`."""
    return any(_allows(grant, action, target) for grant in grants)


def visible_scope(grants: Iterable[Grant], workspace_id: int) -> Scope | None:
    """What of the workspace these grants show; None when it does not exist for the person."""
    here = [grant for grant in grants if grant.workspace_id == workspace_id]
    if any(_is_of_workspace(grant) for grant in here):
        return Scope(workspace_id, None)
    tenants = frozenset(
        grant.tenant_id
        for grant in here
        if grant.tenant_id is not None and grant.role in _TENANT_ROLES
    )
    return Scope(workspace_id, tenants) if tenants else None


def _allows(grant: Grant, action: Action, target: Target) -> bool:
    return _covers(grant, target) and (
        grant.role in _ALLOWED[action] or _is_own_pack_generation(grant, action, target)
    )


def _covers(grant: Grant, target: Target) -> bool:
    if grant.workspace_id != target.workspace_id:
        return False
    if _is_of_workspace(grant):
        return True
    # A tenant role reaches its tenant only; what belongs to no tenant is out of its sight.
    return grant.role in _TENANT_ROLES and grant.tenant_id in {target.tenant_id} - {None}


def _is_of_workspace(grant: Grant) -> bool:
    # A workspace role tied to a tenant, or the reverse, is no right at all.
    return grant.tenant_id is None and grant.role in frozenset(Role) - _TENANT_ROLES


def _is_own_pack_generation(grant: Grant, action: Action, target: Target) -> bool:
    return (
        action is Action.CANCEL_OR_RETRY
        and grant.role == Role.TENANT_ADMIN
        and target.run_type == PACK_GENERATION
    )
