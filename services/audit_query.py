"""What an address asks of the audit trail: read once, for the page and for its export."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from policy.wording import said
from services.audit_filter import AuditFilter
from services.auth import LONGEST_EMAIL, normal_email

SYSTEM = "system"
NAMES = ("actor", "action", "object", "id", "from", "to", "zone", "older")

_LONGEST_WORD = 200
_WORD = re.compile(r"[A-Za-z0-9_.:-]+")
_LARGEST_ID = 2**63 - 1


class AuditQueryError(Exception):
    """The address asks for what cannot be; `messages` say why, each for a person."""

    def __init__(self, messages: tuple[str, ...]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


def read_query(pairs: Iterable[tuple[str, str]], zone: ZoneInfo) -> AuditFilter:
    """The filter in an address. Days are whole days of `zone`, or of the zone that it names."""
    given: dict[str, str] = {}
    flaws: list[str] = []
    for name, value in pairs:
        if name not in NAMES:
            flaws.append(said("There is no filter {name}.", name=repr(name[:40])))
        elif value.strip():
            given[name] = value.strip()
    begin, end = _period(given, _zone(given, zone, flaws), flaws)
    actor = given.get("actor", "")
    if len(actor) > LONGEST_EMAIL or not actor.isprintable():
        flaws.append(said("The person is given by an e-mail address, or as {word}.", word=SYSTEM))
    wanted = AuditFilter(
        actor_email=normal_email(actor) if actor not in ("", SYSTEM) else None,
        by_system=actor == SYSTEM,
        action=_word(given, "action", flaws),
        object_type=_word(given, "object", flaws),
        object_id=_number(given, "id", flaws),
        begin=begin,
        end=end,
        older_than=_number(given, "older", flaws),
    )
    if wanted.object_id is not None and wanted.object_type is None:
        flaws.append(said("A number needs the kind of what it is the number of."))
    if flaws:
        raise AuditQueryError(tuple(flaws))
    return wanted


def _zone(given: Mapping[str, str], zone: ZoneInfo, flaws: list[str]) -> ZoneInfo:
    name = given.get("zone", "")
    if not name:
        return zone
    try:
        return ZoneInfo(name[:64])
    except (KeyError, ValueError, OSError):
        flaws.append(said("There is no time zone {name}.", name=repr(name[:64])))
        return zone


def _period(
    given: Mapping[str, str], zone: ZoneInfo, flaws: list[str]
) -> tuple[datetime | None, datetime | None]:
    first, last = (_day(given, name, flaws) for name in ("from", "to"))
    if first is not None and last is not None and last < first:
        flaws.append(said("The period ends before it begins."))
    return _midnight(first, zone, 0), _midnight(last, zone, 1)


def _day(given: Mapping[str, str], name: str, flaws: list[str]) -> date | None:
    text = given.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # Room for a day more, and for any zone.
    if day is None or not 1970 <= day.year <= 9998:
        flaws.append(said("{text} is no day; write it as in 2026-11-24.", text=repr(text[:40])))
        return None
    return day


def _midnight(day: date | None, zone: ZoneInfo, later: int) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=later), time(), zone).astimezone(UTC)


def _word(given: Mapping[str, str], name: str, flaws: list[str]) -> str | None:
    text = given.get(name, "")
    if not text:
        return None
    if len(text) > _LONGEST_WORD or not _WORD.fullmatch(text):
        flaws.append(said("{text} is nothing that is recorded.", text=repr(text[:40])))
        return None
    return text


def _number(given: Mapping[str, str], name: str, flaws: list[str]) -> int | None:
    text = given.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", text) or not 0 < int(text) <= _LARGEST_ID:
        flaws.append(said("{text} is no number of a record.", text=repr(text[:40])))
        return None
    return int(text)
