"""The audit trail in words: what was done, to what, and what it changed; never a secret."""

from collections.abc import Mapping, Sequence
from typing import Any

from policy.wording import said
from services.audit_trail import AuditPage
from services.packs.audit_evidence import AuditRow
from ui.presenters.locale import Locale
from ui.presenters.records import Cell, cell, row, table, time_cell
from ui.presenters.words import SYSTEM, clipped

_MOST_PAIRS = 12
_LONGEST_VALUE = 200
# Nothing stores one in the trail; should anything ever, it is not shown.
_SECRET = ("password", "secret", "token_hash", "csrf", "authorization")
_DEEDS = {
    "audit.exported": said("Audit trail exported"),
    "runs.exported": said("Operations exported"),
    "member.revoked": said("Role revoked"),
    "member.set": said("Role given"),
    "notification_channel.added": said("Notification channel added"),
    "notification_channel.removed": said("Notification channel removed"),
    "notification_channel.tested": said("Notification channel tested"),
    "pack.downloaded": said("Review pack downloaded"),
    "pack.expired": said("Review pack expired"),
    "run.bulk_requested": said("Runs chosen in bulk"),
    "run.cancel_requested": said("Cancellation requested"),
    "run.cancelled": said("Run cancelled"),
    "run.claimed": said("Run taken by a worker"),
    "run.completed": said("Run completed"),
    "run.requested": said("Run requested"),
    "session.revoked": said("Session ended"),
    "tenant.added": said("Tenant added"),
    "tenant.renamed": said("Tenant renamed"),
    "token.created": said("Token created"),
    "token.revoked": said("Token revoked"),
    "user.added": said("Account added"),
    "view.deleted": said("View deleted"),
    "view.saved": said("View saved"),
    "view.shared": said("View shared"),
    "view.unshared": said("View no longer shared"),
    "workspace.added": said("Workspace added"),
    "workspace.renamed": said("Workspace renamed"),
}
OBJECTS = {
    "notification_channel": said("Notification channel"),
    "operation_run": said("Run"),
    "review_pack": said("Review pack"),
    "tenant": said("Tenant"),
    "user_account": said("Person"),
    "user_session": said("Session"),
    "api_token": said("Token"),
    "schedule": said("Schedule"),
    "saved_view": said("View"),
    "workspace": said("Workspace"),
}


def audit_table(page: AuditPage, locale: Locale) -> dict[str, Any]:
    """One page of the trail."""
    empty = locale.say("No entries.")
    if page.is_cut:
        empty = locale.say("No entries among those looked at so far.")
    return table(
        locale.say("Audit trail"),
        [
            locale.say("Time"),
            locale.say("Who"),
            locale.say("Deed"),
            locale.say("To what"),
            locale.say("Details"),
        ],
        [_row(entry, locale) for entry in page.rows],
        testid="audit",
        row_testid="audit-row",
        empty=empty,
        note=cut_note(locale) if page.is_cut else "",
    )


def cut_note(locale: Locale) -> str:
    """Why a page may hold less than there is."""
    return locale.say(
        "This combination of filters has no index of its own: only a part of the trail was "
        "looked at. Go on with older entries, or narrow the period."
    )


def deed(action: str, locale: Locale) -> str:
    """What was done; an unknown deed as it is stored, readable."""
    if action in _DEEDS:
        return locale.told(_DEEDS[action])
    words = clipped(action, 80).replace("_", " ").replace(".", " ").strip()
    return f"{words[:1].upper()}{words[1:]}" or "–"


def detail_pairs(details: object) -> list[tuple[str, str]]:
    """What the entry remembers, as names and values; a change as `before → after`."""
    if details is None or details == {} or details == []:
        return []
    if not isinstance(details, Mapping):
        return [("", clipped(details, _LONGEST_VALUE))]
    left = {str(name): value for name, value in details.items() if value is not None}
    if "tenant" in left:
        left.pop("tenant_id", None)  # the same once more
    pairs = []
    for new in ("after", "role"):
        if "before" in left and new in left:
            name = "role" if new == "role" else "name"
            pairs.append((name, f"{_value(left.pop('before'))} → {_value(left.pop(new))}"))
    pairs += [(clipped(name, 60), _told(name, value)) for name, value in left.items()]
    more = len(pairs) - _MOST_PAIRS
    return pairs[:_MOST_PAIRS] + ([("…", f"+{more}")] if more > 0 else [])


def _row(entry: AuditRow, locale: Locale) -> dict[str, Any]:
    return row(
        entry.id,
        [
            time_cell(entry.at, locale),
            _who(entry.actor, entry.actor_email, locale),
            cell(deed(entry.action, locale), title=clipped(entry.action, 80)),
            _object(entry, locale),
            {**cell(""), "pairs": detail_pairs(entry.details)},
        ],
    )


def _who(name: str | None, email: str | None, locale: Locale) -> Cell:
    if email is None:
        return cell(locale.told(SYSTEM))
    return cell(clipped(name or "", 80), sub=clipped(email, 120))


def _object(entry: AuditRow, locale: Locale) -> Cell:
    kind = object_word(entry.object_type, locale)
    if entry.subject_email is not None:
        return cell(clipped(entry.subject or "", 80), sub=clipped(entry.subject_email, 120))
    if entry.object_id is None:
        return cell(kind)
    is_run = entry.object_type == "operation_run"
    text = f"{kind} {entry.object_id}"
    return cell(text, href=f"/operations/{entry.object_id}" if is_run else "")


def object_word(object_type: str, locale: Locale) -> str:
    if object_type in OBJECTS:
        return locale.told(OBJECTS[object_type])
    return clipped(object_type, 60).replace("_", " ")


def _told(name: str, value: object) -> str:
    lowered = name.lower()
    return "•••" if any(part in lowered for part in _SECRET) else _value(value)


def _value(value: object) -> str:
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return clipped(_without_secrets(value), _LONGEST_VALUE)
    return clipped(value, _LONGEST_VALUE)


def _without_secrets(value: Any, depth: int = 0) -> Any:
    if depth > 4:
        return "…"
    if isinstance(value, Mapping):
        return {
            str(name): "•••"
            if any(part in str(name).lower() for part in _SECRET)
            else _without_secrets(inner, depth + 1)
            for name, inner in list(value.items())[:50]
        }
    if isinstance(value, list | tuple):
        return [_without_secrets(inner, depth + 1) for inner in value[:50]]
    return value
