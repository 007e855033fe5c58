"""The words of a page whose code failed."""

from ui.presenters.locale import Locale


def failed_page(request_id: str, locale: Locale, *, is_away: bool) -> dict[str, str]:
    """A title, what to do, and the link on; `is_away` is a database that cannot serve."""
    return {
        "title": _title(locale, is_away),
        "advice": _advice(request_id, locale, is_away),
        "onward": locale.say("Go to Operations"),
    }


def _title(locale: Locale, is_away: bool) -> str:
    return locale.say("The database is busy.") if is_away else locale.say("Something went wrong.")


def _advice(request_id: str, locale: Locale, is_away: bool) -> str:
    if is_away:
        return locale.say("Try again in a moment.")
    return locale.say(
        "It is logged, and nothing was lost. If it happens again, quote {id}.", id=request_id
    )
