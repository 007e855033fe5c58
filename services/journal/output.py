"""Where log lines go and what they look like: JSON for a machine, text for a person."""

import logging
import sys
from collections.abc import Iterable
from typing import Any

import structlog
from structlog.types import Processor

from services.journal.redaction import Redaction

JSON, TEXT = "json", "text"
FORMATS = (JSON, TEXT)
LEVELS = ("debug", "info", "warning", "error")
# What a line may say besides its text, by `extra=`.
FIELDS = ("method", "path", "status", "ms", "user", "program", "page", "upstream_request")

# At debug they write out whole addresses and messages: the keys of channels are among them.
_NEVER_TALKATIVE = ("apprise", "requests", "urllib3")


def start_journal(form: str | None, level: str, secrets: Iterable[str] = ()) -> None:
    """Write every line of this process to standard error, those of the libraries too.

    Without a `form` it is text on a terminal and JSON elsewhere. Libraries speak from warnings on.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(form or _usual_form(), Redaction(secrets)))
    own = getattr(logging, level.upper())
    logging.basicConfig(level=max(own, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger("stillwatch").setLevel(own)
    for name in _NEVER_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def _usual_form() -> str:
    return TEXT if sys.stderr.isatty() else JSON


def _formatter(form: str, redaction: Redaction) -> logging.Formatter:
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(FIELDS),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    # The traceback becomes text first, so that nothing in it is overlooked.
    last += [structlog.processors.format_exc_info, redaction, _json if form == JSON else _text]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=common, processors=last)


_as_json = structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)
_as_text = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _json(logger: Any, method: str, event: Any) -> str:
    told = {
        "time": event.pop("timestamp", None),
        "level": event.pop("level", None),
        "logger": event.pop("logger", None),
        "event": event.pop("event", ""),
        **event,
    }
    # Half a surrogate pair, from somebody's file name, cannot be written as it is.
    return str(_as_json(logger, method, told)).encode("utf-8", "backslashreplace").decode()


def _text(logger: Any, method: str, event: Any) -> str:
    return str(_as_text(logger, method, event)).encode("utf-8", "backslashreplace").decode()
