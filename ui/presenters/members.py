"""Members in words: who they are, what they may do and where."""

from collections.abc import Sequence
from typing import Any

from models import Role
from policy.wording import said
from services.members import MOST_SHOWN, MemberRecord
from ui.presenters.locale import Locale
from ui.presenters.records import act, cell, row, table, time_cell
from ui.presenters.words import clipped

ROLES = {
    Role.OWNER: said("Owner"),
    Role.OPERATOR: said("Operator"),
    Role.AUDITOR: said("Auditor"),
    Role.TENANT_ADMIN: said("Tenant admin"),
    Role.TENANT_VIEWER: said("Tenant viewer"),
}
RIGHTS = {
    Role.OWNER: said("Sees and does everything here, and decides who may."),
    Role.OPERATOR: said("Sees everything; starts, cancels and retries operations."),
    Role.AUDITOR: said("Sees everything and the audit trail; downloads review packs."),
    Role.TENANT_ADMIN: said("Sees one tenant; makes and downloads its review packs."),
    Role.TENANT_VIEWER: said("Sees one tenant."),
}


def role_word(role: str, locale: Locale) -> str:
    """The name of a role; what is none stays as it is stored."""
    return locale.told(ROLES[Role(role)]) if role in frozenset(Role) else clipped(role, 40)


def role_choices(roles: Sequence[Role], locale: Locale) -> dict[str, str]:
    """What can be chosen."""
    return {role.value: locale.told(ROLES[role]) for role in roles}


def role_hint(role: str, locale: Locale) -> str:
    """What a role is good for."""
    return locale.told(RIGHTS[Role(role)]) if role in frozenset(Role) else ""


def reach(member: MemberRecord, locale: Locale) -> str:
    """Where the role holds."""
    if member.tenant_id is None:
        return locale.say("Whole workspace")
    return clipped(member.tenant_name or "", 80) or "–"


def members_table(members: Sequence[MemberRecord], own_id: int, locale: Locale) -> dict[str, Any]:
    """The table of everybody with a role."""
    is_cut = len(members) >= MOST_SHOWN
    return table(
        locale.say("Members"),
        [
            locale.say("Person"),
            locale.say("Role"),
            locale.say("Reaches"),
            locale.say("Since"),
        ],
        [_row(member, own_id, locale) for member in members],
        testid="members",
        row_testid="member-row",
        empty=locale.say("Nobody has a role here."),
        acts=locale.say("Actions"),
        note=locale.say("Only the first {count} are shown.", count=MOST_SHOWN) if is_cut else "",
    )


def _row(member: MemberRecord, own_id: int, locale: Locale) -> dict[str, Any]:
    name = clipped(member.name, 80)
    you = locale.say("you") if member.user_id == own_id else ""
    return row(
        member.id,
        [
            cell(name, sub=clipped(member.email, 120), mark=you),
            cell(role_word(member.role, locale)),
            cell(reach(member, locale)),
            time_cell(member.since, locale),
        ],
        [
            act(
                "change",
                locale.say("Change role"),
                locale.say("Change the role of {name}", name=name),
                "change-member",
            ),
            act(
                "revoke",
                locale.say("Revoke"),
                locale.say("Revoke the role of {name}", name=name),
                "revoke-member",
                is_danger=True,
            ),
        ],
    )
