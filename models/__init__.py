"""The tables of the console and the words stored in them."""

from models.operation_run import IS_ACTIVE, OperationRun
from models.people import AuditEntry, Membership, Tenant, User, UserSession, Workspace
from models.review_pack import ReviewPack
from models.states import PackStatus, Role, Runner, RunOutcome, RunStatus

__all__ = [
    "IS_ACTIVE",
    "AuditEntry",
    "Membership",
    "OperationRun",
    "PackStatus",
    "ReviewPack",
    "Role",
    "RunOutcome",
    "RunStatus",
    "Runner",
    "Tenant",
    "User",
    "UserSession",
    "Workspace",
]
