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
    Action.ACKNOWLEDGE: "✓✓---",
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


@pytest.mark.parametrize("run_type", ["review_pack.generate", "directory.sync", None])
@pytest.mark.parametrize("role", [Role.OWNER, Role.OPERATOR, Role.AUDITOR, Role.TENANT_VIEWER])
def test_the_type_of_a_run_matters_to_a_tenant_admin_only(role: Role, run_type: str | None) -> None:
    for action, tenant in product(Action, (OWN, OTHER, None)):
        target = Target(HERE, tenant, run_type)
        assert may([grant(role)], action, target) == may(
            [grant(role)], action, Target(HERE, tenant)
        )


@pytest.mark.parametrize("action", Action)
def test_a_pack_generation_of_no_tenant_is_out_of_a_tenant_admins_sight(action: Action) -> None:
    assert not may([grant(Role.TENANT_ADMIN)], action, Target(HERE, None, "review_pack.generate"))


@pytest.mark.parametrize(
    "action", [action for action in Action if action is not Action.CANCEL_OR_RETRY]
)
def test_a_pack_generation_gives_a_tenant_admin_no_other_right(action: Action) -> None:
    target = Target(HERE, OWN, "review_pack.generate")

    assert may([grant(Role.TENANT_ADMIN)], action, target) == (TABLE[action][3] == "✓")


@pytest.mark.parametrize(
    "broken",
    [
        *(Grant(role, HERE) for role in ROLES if role.startswith("tenant")),
        *(Grant(role, HERE, OWN) for role in ROLES if not role.startswith("tenant")),
        *(Grant(text, HERE, tenant) for text in ("root", "", "Owner") for tenant in (None, OWN)),
        Grant("Tenant_admin", HERE, OWN),
    ],
)
def test_a_malformed_grant_is_no_right_at_all(broken: Grant) -> None:
    for action, tenant in product(Action, (OWN, OTHER, None)):
        assert not may([broken], action, Target(HERE, tenant, "review_pack.generate"))
    assert visible_scope([broken], HERE) is None


@pytest.mark.parametrize("action", Action)
def test_grants_add_up_and_none_takes_away(action: Action) -> None:
    """Each grant counts where it was given: an owner elsewhere is an auditor's equal here."""
    grants = [Grant("root", HERE), Grant(Role.OWNER, THERE), grant(Role.AUDITOR)]

    assert may(grants, action, Target(HERE, OWN)) == (TABLE[action][2] == "✓")
    assert may(grants, action, Target(THERE, OTHER))
    assert not may([], action, Target(HERE, OWN))


def test_the_scope_is_the_workspace_or_the_tenants_or_nothing() -> None:
    assert visible_scope([grant(Role.AUDITOR)], HERE) == Scope(HERE, None)
    assert visible_scope([grant(Role.TENANT_VIEWER)], HERE) == Scope(HERE, frozenset({OWN}))
    assert visible_scope([grant(Role.OWNER)], THERE) is None
    assert visible_scope([grant(Role.TENANT_VIEWER)], THERE) is None
    assert visible_scope([], HERE) is None


def test_the_scope_joins_the_tenants_of_a_person_and_a_workspace_role_covers_them() -> None:
    admin, viewer = Grant("tenant_admin", HERE, OWN), Grant("tenant_viewer", HERE, OTHER)
    elsewhere, broken = Grant("tenant_viewer", THERE, 20), Grant("owner", HERE, 12)

    tenants = visible_scope([admin, viewer, elsewhere, broken], HERE)
    everything = visible_scope([admin, grant(Role.OPERATOR), viewer], HERE)

    assert tenants == Scope(HERE, frozenset({OWN, OTHER}))
    assert not tenants.is_whole_workspace
    assert everything == Scope(HERE, None)
    assert everything.is_whole_workspace


@pytest.mark.parametrize(("role", "tenant"), list(product(ROLES, (OWN, OTHER, None))))
def test_the_scope_shows_exactly_what_may_be_seen(role: Role, tenant: int | None) -> None:
    scope = visible_scope([grant(role)], HERE)

    is_shown = scope.is_whole_workspace or tenant in scope.tenant_ids

    assert is_shown == may([grant(role)], Action.SEE, Target(HERE, tenant))
