"""How a status reads: its word, its icon, its tone; and how any stored value reads as text."""

import json
from dataclasses import dataclass

from policy.status import UxStatus
from stillwatch.operations import Scope


@dataclass(frozen=True, slots=True)
class StatusWords:
    """`tone` names a colour of the stylesheet; `icon` a Material icon."""

    word: str
    icon: str
    tone: str


STATUS = {
    UxStatus.QUEUED: StatusWords("Queued", "schedule", "waiting"),
    UxStatus.RUNNING: StatusWords("Running", "autorenew", "active"),
    UxStatus.SUCCEEDED: StatusWords("Succeeded", "check_circle", "good"),
    UxStatus.PARTIAL: StatusWords("Partially succeeded", "rule", "mixed"),
    UxStatus.FAILED: StatusWords("Failed", "error", "bad"),
    UxStatus.CANCELLED: StatusWords("Cancelled", "block", "quiet"),
    UxStatus.UNKNOWN: StatusWords("Unknown state", "help", "mixed"),
}
SYSTEM = "System"
WHOLE_WORKSPACE = "Whole workspace"
REACH = {
    Scope.TENANT: "for one tenant",
    Scope.WORKSPACE: "for the whole workspace",
    Scope.INSTANCE: "for the whole instance",
}

_ONE_LINE = 72


def clipped(value: object, limit: int = 300) -> str:
    """`value` as one printable line of at most `limit` characters."""
    text = value if isinstance(value, str) else _json(value, limit)
    return _printable(text, limit)


def readable(value: object, limit: int = 1200) -> str:
    """`value` as printable text of at most `limit` characters; long JSON keeps its lines."""
    if isinstance(value, str):
        return _printable(value, limit, keep="\n")
    line = _json(value, _ONE_LINE)
    return _printable(
        line if len(line) <= _ONE_LINE else _json(value, limit, indent=2), limit, keep="\n"
    )


def _printable(text: str, limit: int, keep: str = "") -> str:
    # Cut first: a stored text may be megabytes, and the event loop is waiting.
    line = "".join(c if c.isprintable() or c in keep else " " for c in text[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _json(value: object, limit: int, indent: int | None = None) -> str:
    """JSON of `value`, given up soon after `limit` characters."""
    encoder = json.JSONEncoder(ensure_ascii=False, indent=indent, default=str, skipkeys=True)
    text = ""
    try:
        for part in encoder.iterencode(value):
            text += part
            if len(text) > limit:
                break
    except RecursionError:
        return "(nested too deeply to be shown)"
    return text
