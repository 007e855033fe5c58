"""How numbers, times and states read in a report."""

from datetime import UTC, date, datetime, time, timedelta

from policy.status import UxStatus
from services.packs.plain_text import plain
from services.packs.report.document import Cell, Tone

_STATUS = {
    UxStatus.QUEUED: ("Queued", Tone.QUIET),
    UxStatus.RUNNING: ("Running", Tone.QUIET),
    UxStatus.SUCCEEDED: ("Succeeded", Tone.GOOD),
    UxStatus.PARTIAL: ("Partially succeeded", Tone.MIXED),
    UxStatus.FAILED: ("Failed", Tone.BAD),
    UxStatus.CANCELLED: ("Cancelled", Tone.QUIET),
    UxStatus.UNKNOWN: ("Unknown state", Tone.QUIET),
}
_ROLES = {
    "owner": "Owner",
    "operator": "Operator",
    "auditor": "Auditor",
    "tenant_admin": "Tenant admin",
    "tenant_viewer": "Tenant viewer",
    "api_token": "Program (API token)",
}
_LONGEST_CELL = 60
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def short(value: object) -> str:
    """A stored text as a cell shows it; the CSV has more of it."""
    return plain(value, _LONGEST_CELL)


def status_cell(status: UxStatus) -> Cell:
    return Cell(*_STATUS[status])


def role(name: str) -> str:
    return _ROLES.get(name, name)


def number(value: int) -> str:
    """With thin groups of three: 1 234 567."""
    return f"{value:,}".replace(",", "\u00a0")


def counted(value: int, one: str, many: str) -> str:
    return f"{number(value)} {one if value == 1 else many}"


def percent(share: float | None) -> str:
    """To a tenth, but 100.0 % hides no failure, and 0.0 % no success."""
    if share is None:
        return "–"
    tenths = round(share * 1000)
    if 0 < share < 1:
        tenths = min(max(tenths, 1), 999)
    return f"{tenths / 10:.1f} %"


def moment(instant: datetime | None) -> str:
    """In UTC to the second."""
    return "–" if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def minute(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def period(begin: datetime, end: datetime) -> str:
    """Whole days when it is, otherwise to the minute; the end is not part of it."""
    begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    if begin.time() == end.time() == time(0):
        return f"{begin:%Y-%m-%d} to {end - timedelta(days=1):%Y-%m-%d} (UTC, whole days)"
    return f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"


def day(value: date) -> str:
    return f"{value.day} {value:%b}"


def span(seconds: float | None) -> str:
    """A duration in its two largest units: 340 ms, 12.4 s, 3 min 05 s, 2 h 10 min."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{number(hours)} h {minutes:02} min"


def size(count: int | None) -> str:
    if count is None:
        return "–"
    value = float(count)
    for unit in _UNITS[:-1]:
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} {_UNITS[-1]}"
