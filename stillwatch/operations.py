"""What an operation declares, and what its handler is given. Needs the standard library alone.

    @operation("feeds.import", "Import a feed", scope=Scope.TENANT)
    def import_feed(run: Run) -> None: ...

An installed package offers it by an entry point of the group `stillwatch.operations`; see
docs/operations-how-to.md.
"""

import dataclasses
import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

ENTRY_POINTS = "stillwatch.operations"

_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_LONGEST_TYPE = 80
_LONGEST_TITLE = 80


class Scope(StrEnum):
    """How far an operation reaches, and so who may start it."""

    TENANT = "tenant"  # one tenant, chosen when it is started
    WORKSPACE = "workspace"
    INSTANCE = "instance"  # everybody's: only owners start it


@dataclass(frozen=True, slots=True)
class Retry:
    """Up to `attempts` in all; the wait doubles from `first_delay` to at most `longest_delay`."""

    attempts: int = 1
    first_delay: timedelta = timedelta(seconds=10)
    longest_delay: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("there is at least one attempt")
        if self.first_delay < timedelta(0) or self.longest_delay < timedelta(0):
            raise ValueError("no delay is below zero")


class Run(Protocol):
    """A run in the hands of its handler.

    `count` and `checkpoint` report at most every quarter of a second, and raise an `Interruption`
    when there is no point in going on; let it pass.
    """

    @property
    def id(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def attempt(self) -> int:
        """From 1; above it, an earlier attempt may have done part of the work already."""

    @property
    def workspace(self) -> str:
        """The slug of the workspace."""

    @property
    def tenant(self) -> str | None:
        """The slug of the tenant; None for work on the whole workspace or instance."""

    @property
    def data_dir(self) -> Path:
        """The console's data folder, for what the operation leaves behind."""

    def expect(self, total: int) -> None:
        """Say how many items there will be."""

    def count(self, *, succeeded: int = 0, failed: int = 0, skipped: int = 0) -> None:
        """Add items that are done."""

    def failure(self, code: str, message: str, sample: str | None = None, count: int = 1) -> None:
        """Record what failed; equal code and message are one group. The run goes on, and ends as
        partially succeeded.
        """

    def checkpoint(self) -> None:
        """Report if it is time to, and stop here if the run is to stop."""


OptionsType = type[Any]
# Called with the run, and with the options when some are declared.
Handler = Callable[..., Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Operation:
    """A kind of work that people may start. Raises `ValueError` for what makes no sense.

    `options` is a dataclass (see `option`) or a pydantic model of plain values. Without `timeout`
    it may take for ever. At most `concurrency` of its runs are at work at once within its scope:
    per tenant, per workspace, or in all.
    """

    type: str
    title: str
    handler: Handler
    description: str = ""
    scope: Scope = Scope.WORKSPACE
    options: OptionsType | None = None
    timeout: timedelta | None = None
    retry: Retry = Retry()
    concurrency: int | None = None

    def __post_init__(self) -> None:
        if not _TYPE.fullmatch(str(self.type)) or len(self.type) > _LONGEST_TYPE:
            raise ValueError(
                f"the type {self.type!r} is not of the form area.deed, in lowercase letters, "
                "digits and underscores"
            )
        if not self.title.strip() or len(self.title) > _LONGEST_TITLE:
            raise ValueError(f"the title of {self.type} has 1 to {_LONGEST_TITLE} characters")
        if not isinstance(self.scope, Scope):
            raise ValueError(f"the scope of {self.type} is no Scope")
        if not isinstance(self.retry, Retry):
            raise ValueError(f"the retry of {self.type} is no Retry")
        if self.timeout is not None and not _is_above_zero(self.timeout):
            raise ValueError(f"the timeout of {self.type} is no timedelta above zero")
        if self.concurrency is not None and not _is_count(self.concurrency):
            raise ValueError(f"the concurrency of {self.type} is no whole number above zero")
        self._require_callable()

    def _require_callable(self) -> None:
        given = ["run"] if self.options is None else ["run", "options"]
        try:
            inspect.signature(self.handler).bind(*given)
        except TypeError as error:
            raise ValueError(
                f"the handler of {self.type} cannot be called with ({', '.join(given)})"
            ) from error
        except ValueError:
            pass  # something built in, which has no signature


def _is_above_zero(value: object) -> bool:
    return isinstance(value, timedelta) and value > timedelta(0)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def operation(
    type: str,
    title: str,
    *,
    description: str | None = None,
    scope: Scope = Scope.WORKSPACE,
    options: OptionsType | None = None,
    timeout: timedelta | None = None,
    retry: Retry = Retry(),
    concurrency: int | None = None,
) -> Callable[[Handler], Operation]:
    """Make the function below into an `Operation`; without `description` its docstring is it."""

    def declare(handler: Handler) -> Operation:
        told = inspect.getdoc(handler) or "" if description is None else description
        return Operation(type, title, handler, told, scope, options, timeout, retry, concurrency)

    return declare


def option(
    default: Any = dataclasses.MISSING,
    *,
    title: str | None = None,
    hint: str = "",
    least: float | None = None,
    most: float | None = None,
    longest: int | None = None,
    is_multiline: bool = False,
) -> Any:
    """A field of a dataclass of options: `count: int = option(10, least=1, hint="How many")`.

    Without `default` the person has to fill it in; `longest` counts characters, or entries.
    """
    told = {
        "title": title,
        "description": hint or None,
        "ge": least,
        "le": most,
        "max_length": longest,
        "json_schema_extra": {"multiline": True} if is_multiline else None,
    }
    metadata = {name: value for name, value in told.items() if value is not None}
    if isinstance(default, list):
        return dataclasses.field(default_factory=lambda: list(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


class OperationFailed(Exception):
    """The operation cannot succeed, for a reason that people may read.

    With `may_retry` the operation's retry policy decides whether it is tried again.
    """

    def __init__(self, code: str, message: str, *, may_retry: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.may_retry = may_retry


class Interruption(BaseException):
    """Why a handler is to unwind before it is done. Passes by `except Exception`."""


class Cancelled(Interruption):
    """A person asked for the run to be cancelled."""


class EngineStopping(Interruption):
    """The process is about to stop; the run goes back to the queue."""


class TimedOut(Interruption):
    """The run took longer than its operation allows."""


class LeaseGone(Interruption):
    """The run is in other hands by now; nothing that is done here counts any more."""
