"""The rights table of the contract, written out."""

from itertools import product

import pytest

from models.states import Role
from policy.access import Action, Grant, Scope, Target, may, visible_scope

HERE, THERE, OWN, OTHER = 1, 2, 10, 11

# action: (owner, operator, auditor, tenant admin, tenant viewer) on the own tenant
TABLE = {
    Action.SEE: "✓✓✓✓✓",
    Action.START: "✓✓---",
    Action.START_INSTANCE_WIDE: "✓----",
    Action.CANCEL_OR_RETRY: "✓✓---",
    Action.GENERATE_PACK: "✓✓-✓-",
    Action.DOWNLOAD_PACK: "✓✓✓✓-",
    Action.AUDIT: "✓-✓--",
    Action.ADMINISTER: "✓----",
}
ROLES = (Role.OWNER, Role.OPERATOR, Role.AUDITOR, Role.TENANT_ADMIN, Role.TENANT_VIEWER)


def grant(role: Role) -> Grant:
    return Grant(role, HERE, OWN if role.startswith("tenant") else None)


@pytest.mark.parametrize(("action", "number"), list(product(TABLE, range(5))))
def test_the_table_holds_for_the_own_tenant(action: Action, number: int) -> None:
    allowed = may([grant(ROLES[number])], action, Target(HERE, OWN))

    assert allowed == (TABLE[action][number] == "✓")


@pytest.mark.parametrize(("action", "number"), list(product(TABLE, range(5))))
def test_a_tenant_role_reaches_nothing_but_its_tenant(action: Action, number: int) -> None:
    role = ROLES[number]
    is_of_tenant = role.startswith("tenant")

    for target in (Target(HERE, OTHER), Target(HERE, None)):
        expected = TABLE[action][number] == "✓" and not is_of_tenant
        assert may([grant(role)], action, target) == expected


@pytest.mark.parametrize(("action", "role"), list(product(Action, ROLES)))
def test_no_role_reaches_another_workspace(action: Action, role: Role) -> None:
    for tenant in (None, OWN, OTHER):
        assert not may([grant(role)], action, Target(THERE, tenant))


def test_a_tenant_admin_cancels_the_own_pack_generation_and_nothing_else() -> None:
    admin, viewer = grant(Role.TENANT_ADMIN), grant(Role.TENANT_VIEWER)
    own = Target(HERE, OWN, "review_pack.generate")

    assert may([admin], Action.CANCEL_OR_RETRY, own)
    assert not may([viewer], Action.CANCEL_OR_RETRY, own)
    assert not may([admin], Action.CANCEL_OR_RETRY, Target(HERE, OWN, "directory.sync"))
    assert not may([admin], Action.CANCEL_OR_RETRY, Target(HERE, OTHER, "review_pack.generate"))


@pytest.mark.parametrize(
    "broken",
    [Grant("tenant_admin", HERE), Grant("owner", HERE, OWN), Grant("root", HERE), Grant("", HERE)],
)
def test_a_malformed_grant_is_no_right_at_all(broken: Grant) -> None:
    assert not any(may([broken], action, Target(HERE, OWN)) for action in Action)
    assert visible_scope([broken], HERE) is None


def test_the_scope_is_the_workspace_or_the_tenants_or_nothing() -> None:
    assert visible_scope([grant(Role.AUDITOR)], HERE) == Scope(HERE, None)
    assert visible_scope([grant(Role.TENANT_VIEWER)], HERE) == Scope(HERE, frozenset({OWN}))
    assert visible_scope([grant(Role.OWNER)], THERE) is None
    assert visible_scope([], HERE) is None
