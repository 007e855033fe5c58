"""Who works here: workspaces, their tenants, people, their rights, sessions and traces."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Index, Text, false, text
from sqlmodel import Field, SQLModel

from models.columns import BigIntegerId, JsonDocument, ShortText, UtcDateTime, utc_now


class Workspace(SQLModel, table=True):
    __tablename__ = "workspace"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    slug: str = Field(unique=True, sa_type=ShortText)
    name: str = Field(sa_type=ShortText)
    created_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
    # How many days finished runs, and entries of the trail, are kept; null is for ever.
    retention_runs_days: int | None = Field(default=None)
    retention_audit_days: int | None = Field(default=None)


class Tenant(SQLModel, table=True):
    __tablename__ = "tenant"
    __table_args__ = (Index("ix_tenant_workspace_slug", "workspace_id", "slug"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    slug: str = Field(unique=True, sa_type=ShortText)
    name: str = Field(sa_type=ShortText)
    created_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )


class User(SQLModel, table=True):
    """A person; `user` is a reserved word in SQL, so the table is `user_account`."""

    __tablename__ = "user_account"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    email: str = Field(unique=True, sa_type=ShortText)
    name: str = Field(sa_type=ShortText)
    password_hash: str = Field(sa_type=Text)
    created_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # Made for the person by somebody else, who therefore knows it.
    is_password_given: bool = Field(
        default=False, sa_type=Boolean, sa_column_kwargs={"server_default": false()}
    )


class Membership(SQLModel, table=True):
    """A role in a workspace, or, with `tenant_id`, in one tenant of it."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(
            "role IN ('owner', 'operator', 'auditor', 'tenant_admin', 'tenant_viewer')",
            name="ck_membership_role",
        ),
        Index("ix_membership_user", "user_id", "workspace_id"),
        Index("ix_membership_workspace", "workspace_id", "user_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    tenant_id: int | None = Field(default=None, foreign_key="tenant.id", sa_type=BigIntegerId)
    user_id: int = Field(foreign_key="user_account.id", sa_type=BigIntegerId)
    role: str = Field(sa_type=Text)
    created_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class UserSession(SQLModel, table=True):
    """One sign-in. Only the SHA-256 of its token is stored: a leaked database opens no session."""

    __tablename__ = "user_session"
    __table_args__ = (
        Index("ix_user_session_user", "user_id"),
        Index("ix_user_session_active", "last_active_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    token_hash: str = Field(unique=True, sa_type=Text)
    user_id: int = Field(foreign_key="user_account.id", sa_type=BigIntegerId)
    workspace_id: int | None = Field(default=None, foreign_key="workspace.id", sa_type=BigIntegerId)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_active_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    address: str | None = Field(default=None, sa_type=Text)
    user_agent: str | None = Field(default=None, sa_type=Text)


class SignInFailure(SQLModel, table=True):
    """How often an account (by the SHA-256 of what was typed) failed at an address in a row.

    The row without an account counts all of an address; `is_known` once somebody has signed in.
    """

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_last_at", "last_at"),)

    account: str = Field(primary_key=True, sa_type=Text)
    address: str = Field(primary_key=True, sa_type=Text)
    failures: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    since: datetime = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
    last_at: datetime = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
    is_known: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class ApiToken(SQLModel, table=True):
    """What a program shows to act in a workspace. Only the SHA-256 of the token is stored."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_workspace", "workspace_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    name: str = Field(sa_type=Text)
    token_hash: str = Field(unique=True, sa_type=Text)
    created_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
    created_by_user_id: int | None = Field(
        default=None, foreign_key="user_account.id", sa_type=BigIntegerId
    )
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditEntry(SQLModel, table=True):
    """Who did what to what, written in the transaction of the deed itself."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_workspace", "workspace_id", "id"),
        Index("ix_audit_entry_object", "object_type", "object_id", "id"),
        # One for each way into a trail of millions, each in the order in which it is shown.
        Index("ix_audit_entry_time", "workspace_id", "at", "id"),
        Index("ix_audit_entry_actor", "workspace_id", "actor_user_id", "at", "id"),
        Index("ix_audit_entry_action", "workspace_id", "action", "at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
    workspace_id: int | None = Field(default=None, foreign_key="workspace.id", sa_type=BigIntegerId)
    actor_user_id: int | None = Field(
        default=None, foreign_key="user_account.id", sa_type=BigIntegerId
    )
    action: str = Field(sa_type=Text)
    object_type: str = Field(sa_type=Text)
    object_id: int | None = Field(default=None, sa_type=BigIntegerId)
    details: Any = Field(
        default=None, sa_type=JsonDocument, sa_column_kwargs={"server_default": text("'{}'")}
    )
