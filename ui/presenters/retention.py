"""The words for how long a workspace keeps what is over."""

from services.retention import MOST_DAYS, Retention
from ui.presenters.locale import Locale


def retention_view(kept: Retention | None, locale: Locale) -> dict[str, str]:
    """The section as it stands on the page; None is what cannot be read."""
    return {
        "title": locale.say("Retention"),
        "runs": _runs(kept, locale),
        "audit": "" if kept is None else _line(locale.say("Audit trail"), kept.audit_days, locale),
        "note": locale.say(
            "What is older goes each night, by the operation “Remove what is too old”. "
            "What a review pack still cites stays."
        ),
        "change": locale.say("Change retention"),
    }


def retention_form(locale: Locale) -> dict[str, str]:
    """The dialog in which it is changed."""
    return {
        "title": locale.say("How long is what is over kept?"),
        "confirm": locale.say("Keep for this long"),
        "runs": locale.say("Finished runs, in days"),
        "audit": locale.say("Audit trail, in days"),
        "hint": locale.say("Left empty, it is kept for ever."),
    }


def read_days(typed: object, locale: Locale) -> tuple[int | None, str]:
    """What a field says, as days or None for ever, and what is wrong with it."""
    text = "" if typed is None else str(typed).strip().removesuffix(".0")
    if not text:
        return None, ""
    is_number = text.isascii() and text.isdigit() and len(text) <= 6
    if is_number and 1 <= int(text) <= MOST_DAYS:
        return int(text), ""
    return None, locale.say("From 1 to {most} days, or empty.", most=MOST_DAYS)


def _runs(kept: Retention | None, locale: Locale) -> str:
    if kept is None:
        return locale.say("What is stored makes no sense, so nothing is removed. Set it anew.")
    return _line(locale.say("Finished runs"), kept.runs_days, locale)


def _line(what: str, days: int | None, locale: Locale) -> str:
    if days is None:
        return locale.say("{what}: kept for ever", what=what)
    kept = locale.count("kept for {count} day", "kept for {count} days", days)
    return locale.say("{what}: {kept}", what=what, kept=kept)
