"""The words that are stored: plain lowercase text, spelled as their values here."""

from enum import StrEnum


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"


class RunOutcome(StrEnum):
    SUCCEEDED = "succeeded"
    PARTIALLY_SUCCEEDED = "partially_succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Runner(StrEnum):
    WORKER = "worker"
    EXTERNAL = "external"


# The type of the runs that make review packs: a pack follows its run.
PACK_GENERATION = "review_pack.generate"
# The type of the runs that cancel or start again many others: their items hang on them.
BULK_RUN = "runs.bulk"


class BulkAction(StrEnum):
    CANCEL = "cancel"
    RETRY = "retry"


class BulkStatus(StrEnum):
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


# The type of the runs that tell people of others; nobody is told of them.
NOTIFICATION_SENDING = "notifications.send"


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class PackStatus(StrEnum):
    QUEUED = "queued"
    GENERATING = "generating"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


class Role(StrEnum):
    OWNER = "owner"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    TENANT_ADMIN = "tenant_admin"
    TENANT_VIEWER = "tenant_viewer"
