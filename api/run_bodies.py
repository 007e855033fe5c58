"""What programs send and get of runs: the shapes and their limits, as the documentation tells."""

import json
import math
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from models import Runner, RunOutcome, RunStatus
from services.program_runs import WantedRun, told_key
from services.run_records import RunRecord
from services.run_terms import Report

LARGEST_ID = 2**63 - 1
_LARGEST_COUNT = 2**53  # what every JSON reader holds exactly
_MOST_GROUPS = 50
_LARGEST_CONTEXT = 64 * 1024
_DEEPEST_CONTEXT = 16


def _context(context: dict[str, Any]) -> dict[str, Any]:
    """Refuse what the databases cannot hold, or what no page could show."""
    level: list[Any] = [context]
    for _depth in range(_DEEPEST_CONTEXT):
        level = [part for value in level for part in _parts(value)]
        if not level:
            break
    else:
        raise ValueError(f"nested deeper than {_DEEPEST_CONTEXT} levels")
    if len(json.dumps(context, ensure_ascii=False).encode()) > _LARGEST_CONTEXT:
        raise ValueError(f"more than {_LARGEST_CONTEXT // 1024} KiB of JSON")
    return context


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str) and value != _storable(value):
        raise ValueError("contains a NUL or half a surrogate pair")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("contains a number that is not finite")
    if isinstance(value, int) and abs(value) > LARGEST_ID:
        raise ValueError("contains a number beyond 64 bits")
    return []


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "�")


def _clipped(longest: int) -> BeforeValidator:
    """A last report must not be lost for a byte in it: it is mended and cut instead."""
    return BeforeValidator(
        lambda value: _storable(value)[:longest] if isinstance(value, str) else value
    )


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("contains characters that are not printable")
    return text


Count = Annotated[int, Field(strict=True, ge=0, le=_LARGEST_COUNT)]
Line = Annotated[str, AfterValidator(_printable)]
Token = Annotated[Line, Field(min_length=1, max_length=128, description="As the start gave it.")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StartBody(_Body):
    """A run to be started."""

    type: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$",
        description="What kind of work, as in `nightly.export`.",
    )
    runner: Runner | None = Field(
        None,
        description="Who does it: `external`, the program that asks, or `worker`, the console's "
        "own. When missing, the console's operations are the workers' and all else is external.",
    )
    tenant: Annotated[Line, Field(max_length=100)] | None = Field(
        None, description="A tenant's short name; none is the whole workspace."
    )
    active_key: Annotated[Line, Field(min_length=1, max_length=200)] | None = Field(
        None,
        description="At most one run with this key is active in the workspace; when missing it "
        "is made of type and tenant.",
    )
    context: Annotated[dict[str, Any], AfterValidator(_context)] | None = Field(
        None, description="What the run was given, shown on its page; at most 64 KiB of JSON."
    )

    def wanted(self, idempotency_key: str | None) -> WantedRun:
        return WantedRun(
            self.type, self.runner, self.tenant, self.active_key, self.context, idempotency_key
        )


class Counts(_Body):
    """How far the work is; replaces what was told before."""

    total: Count | None = None
    processed: Count | None = None
    succeeded: Count | None = None
    failed: Count | None = None
    skipped: Count | None = None


class FailureGroup(_Body):
    """Failures of one kind; longer texts are cut."""

    code: Annotated[str, _clipped(100), Field(min_length=1)]
    message: Annotated[str, _clipped(500)] = ""
    count: Annotated[Count, Field(ge=1)] = 1
    sample: Annotated[str, _clipped(4000)] | None = None


class ReportBody(_Body):
    """What is known so far; what is missing stays as it was told before."""

    token: Token
    counts: Counts | None = None
    failures: list[FailureGroup] | None = Field(None, max_length=_MOST_GROUPS)

    def report(self) -> Report:
        return Report(
            None if self.counts is None else self.counts.model_dump(exclude_none=True),
            None if self.failures is None else [group.model_dump() for group in self.failures],
        )


class CompletionBody(ReportBody):
    """How the work ended."""

    outcome: RunOutcome


class RunFilter(_Body):
    """Which runs are listed."""

    status: RunStatus | None = None
    type: Annotated[Line, Field(max_length=100)] | None = None
    tenant: Annotated[Line, Field(max_length=100)] | None = None
    older_than: int | None = Field(
        None, ge=1, le=LARGEST_ID, description="The `older_than` of the page before."
    )
    limit: int = Field(50, ge=1, le=100)


class RunView(BaseModel):
    """A run. Times are ISO 8601 in UTC."""

    id: int
    url: str
    type: str
    tenant: str | None
    runner: str
    active_key: str | None
    status: str
    outcome: str | None
    context: Any
    counts: Any
    failures: Any
    version: int
    attempt: int
    retry_of_id: int | None
    cancel_requested: bool
    created_at: datetime | None
    started_at: datetime | None
    heartbeat_at: datetime | None
    completed_at: datetime | None


class StartView(RunView):
    """A run that serves a request, and by what its program holds it if it is to do it itself."""

    token: str | None
    lease_seconds: float | None


class HeartbeatView(BaseModel):
    """Whether the work is to stop, and how long the console waits for the next heartbeat."""

    cancel_requested: bool
    lease_seconds: float


class RunPage(BaseModel):
    """Runs, newest first. A page may be short, or empty; the last has no `older_than`."""

    runs: list[RunView]
    older_than: int | None


class Problem(BaseModel):
    """What went wrong; `detail` is one line for a person."""

    type: str
    title: str
    status: int
    detail: str


def run_fields(run: RunRecord, url: str) -> dict[str, Any]:
    """The fields of a `RunView`."""
    return {
        "id": run.id,
        "url": url,
        "type": run.type,
        "tenant": run.tenant,
        "runner": run.runner,
        "active_key": told_key(run),
        "status": run.status,
        "outcome": run.outcome,
        "context": _sendable(run.context),
        "counts": _sendable(run.counts),
        "failures": _sendable(run.failures),
        "version": run.version,
        "attempt": run.attempt,
        "retry_of_id": run.retry_of_id,
        "cancel_requested": run.cancel_requested_at is not None,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "heartbeat_at": run.heartbeat_at,
        "completed_at": run.completed_at,
    }


def _sendable(document: Any) -> Any:
    """What other programs stored and no JSON can carry is left out."""
    try:
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return document
