"""Who had access to a tenant in a period, with which role, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Mapped, Session
from sqlmodel import col

from models import ApiToken, Membership, User
from policy.access import Action, Grant, Target, may
from services.packs.keyset import id_ranges
from services.packs.order import PackOptions
from services.packs.place import Place
from services.packs.plain_text import plain

PROGRAM_ROLE = "api_token"


@dataclass(frozen=True, slots=True)
class AccessLine:
    """A right that someone held in the period. `email` is empty for a program."""

    name: str
    email: str
    role: str
    is_of_workspace: bool
    granted_at: datetime | None
    ended_at: datetime | None


def read_access(session: Session, place: Place, options: PackOptions) -> Iterator[AccessLine]:
    """The rights of people that reach the tenant, then the workspace's tokens, in order of grant.

    A right counts if it was held at any time in the period; one that the rights table does not
    know (a workspace role tied to a tenant) is none.
    """
    yield from _memberships(session, place, options)
    yield from _tokens(session, place, options)


def _memberships(session: Session, place: Place, options: PackOptions) -> Iterator[AccessLine]:
    of_workspace = col(Membership.workspace_id) == place.workspace_id
    target = Target(place.workspace_id, place.tenant_id)
    for ids in id_ranges(session, col(Membership.id), of_workspace):
        query = (
            select(
                col(User.name),
                col(User.email),
                col(Membership.role),
                col(Membership.tenant_id),
                col(Membership.created_at),
                col(Membership.revoked_at),
            )
            .join(User, col(User.id) == col(Membership.user_id))
            .where(
                of_workspace,
                col(Membership.id) > ids.after,
                col(Membership.id) <= ids.up_to,
                _is_held_in(options, col(Membership.created_at), col(Membership.revoked_at)),
            )
            .order_by(col(Membership.id))
        )
        for name, email, role, tenant_id, created_at, revoked_at in session.execute(query):
            if may([Grant(role, place.workspace_id, tenant_id)], Action.SEE, target):
                yield AccessLine(
                    plain(name), plain(email), role, tenant_id is None, created_at, revoked_at
                )


def _tokens(session: Session, place: Place, options: PackOptions) -> Iterator[AccessLine]:
    of_workspace = col(ApiToken.workspace_id) == place.workspace_id
    for ids in id_ranges(session, col(ApiToken.id), of_workspace):
        query = (
            select(
                col(ApiToken.name),
                col(ApiToken.created_at),
                col(ApiToken.revoked_at),
                col(ApiToken.expires_at),
            )
            .where(
                of_workspace,
                col(ApiToken.id) > ids.after,
                col(ApiToken.id) <= ids.up_to,
                _is_held_in(options, col(ApiToken.created_at), col(ApiToken.revoked_at)),
                _is_held_in(options, col(ApiToken.created_at), col(ApiToken.expires_at)),
            )
            .order_by(col(ApiToken.id))
        )
        for name, created_at, *ends in session.execute(query):
            ended_at = min((end for end in ends if end is not None), default=None)
            yield AccessLine(plain(name), "", PROGRAM_ROLE, True, created_at, ended_at)


def _is_held_in(
    options: PackOptions,
    begin: Mapped[datetime | None],
    end: Mapped[datetime | None],
) -> ColumnElement[bool]:
    """One that began at an unknown time grants access all the same, and counts."""
    return and_(
        (begin.is_(None)) | (begin < options.period_to),
        (end.is_(None)) | (end > options.period_from),
    )
