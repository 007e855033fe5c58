"""How a status reads: its word, its icon, its tone; and how any stored value reads as text."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache

from policy.status import UxStatus
from policy.wording import said
from stillwatch.operations import Scope
from ui.presenters.locale import Locale


@dataclass(frozen=True, slots=True)
class StatusWords:
    """`within` is the word inside a sentence; `tone` names a colour, `icon` a Material icon."""

    word: str
    icon: str
    tone: str
    within: str = ""

    def told(self, locale: Locale) -> "StatusWords":
        """The same in the reader's language."""
        return _told(self, locale)


@lru_cache(maxsize=256)
def _told(words: StatusWords, locale: Locale) -> StatusWords:
    """Every row of every list asks for one of a few."""
    return replace(words, word=locale.told(words.word), within=locale.told(words.within))


STATUS = {
    UxStatus.QUEUED: StatusWords(said("Queued"), "schedule", "waiting", said("queued")),
    UxStatus.RUNNING: StatusWords(said("Running"), "autorenew", "active", said("running")),
    UxStatus.SUCCEEDED: StatusWords(said("Succeeded"), "check_circle", "good", said("succeeded")),
    UxStatus.PARTIAL: StatusWords(
        said("Partially succeeded"), "rule", "mixed", said("partially succeeded")
    ),
    UxStatus.FAILED: StatusWords(said("Failed"), "error", "bad", said("failed")),
    UxStatus.CANCELLED: StatusWords(said("Cancelled"), "block", "quiet", said("cancelled")),
    UxStatus.UNKNOWN: StatusWords(said("Unknown state"), "help", "mixed", said("unknown state")),
}
SYSTEM = said("System")
WHOLE_WORKSPACE = said("Whole workspace")
REACH = {
    Scope.TENANT: said("for one tenant"),
    Scope.WORKSPACE: said("for the whole workspace"),
    Scope.INSTANCE: said("for the whole instance"),
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
    line = text[: limit + 1]
    if not line.isprintable():
        line = "".join(c if c.isprintable() or c in keep else " " for c in line)
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
