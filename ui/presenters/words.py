"""How a status reads: its word, its icon, its tone."""

from dataclasses import dataclass

from policy.status import UxStatus


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


def clipped(text: object, limit: int = 300) -> str:
    """`text` as one printable line of at most `limit` characters."""
    line = "".join(c if c.isprintable() else " " for c in str(text))
    return line if len(line) <= limit else line[: limit - 1] + "…"
