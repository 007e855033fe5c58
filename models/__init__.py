"""The tables of the console and the words stored in them."""

from models.bulk_item import BulkItem
from models.failure_acknowledgement import FailureAcknowledgement
from models.notification import (
    Notification,
    NotificationChannel,
    NotificationDelivery,
    RunWatch,
)
from models.operation_run import (
    IS_ACTIVE,
    IS_COMPLETED,
    IS_QUEUED,
    IS_RUNNING,
    IS_UNKNOWN,
    OperationRun,
    is_active_as,
)
from models.people import (
    ApiToken,
    AuditEntry,
    Membership,
    SignInFailure,
    Tenant,
    User,
    UserSession,
    Workspace,
)
from models.review_pack import IS_READY, ReviewPack
from models.saved_view import SavedView
from models.schedule import Schedule
from models.states import (
    BULK_RUN,
    NOTIFICATION_SENDING,
    PACK_GENERATION,
    BulkAction,
    BulkStatus,
    DeliveryStatus,
    PackStatus,
    Role,
    Runner,
    RunOutcome,
    RunStatus,
)
from models.worker import Worker

__all__ = [
    "BULK_RUN",
    "IS_ACTIVE",
    "IS_COMPLETED",
    "IS_QUEUED",
    "IS_READY",
    "IS_RUNNING",
    "IS_UNKNOWN",
    "NOTIFICATION_SENDING",
    "PACK_GENERATION",
    "ApiToken",
    "AuditEntry",
    "BulkAction",
    "BulkItem",
    "BulkStatus",
    "DeliveryStatus",
    "FailureAcknowledgement",
    "Membership",
    "Notification",
    "NotificationChannel",
    "NotificationDelivery",
    "OperationRun",
    "PackStatus",
    "ReviewPack",
    "Role",
    "RunOutcome",
    "RunStatus",
    "RunWatch",
    "Runner",
    "SavedView",
    "Schedule",
    "SignInFailure",
    "Tenant",
    "User",
    "UserSession",
    "Worker",
    "Workspace",
    "is_active_as",
]
