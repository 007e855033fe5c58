"""Sign-ins in words: whose, since when, and from where."""

from collections.abc import Sequence
from typing import Any

from services.sign_ins import MOST_SHOWN, SignInRecord
from ui.presenters.locale import Locale
from ui.presenters.records import act, cell, row, since_cell, table, time_cell
from ui.presenters.words import clipped

# The first that fits: most browsers also claim to be others.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def sign_ins_table(
    sign_ins: Sequence[SignInRecord], own_session_id: int, locale: Locale, *, is_own: bool = False
) -> dict[str, Any]:
    """The table of sign-ins that are not over; with `is_own` all are the reader's own."""
    person = [] if is_own else [locale.say("Person")]
    many = {one.user_id for one in sign_ins if _count(sign_ins, one) > 1}
    return table(
        locale.say("Sessions"),
        [
            *person,
            locale.say("Browser"),
            locale.say("Signed in"),
            locale.say("Last active"),
        ],
        [_row(one, own_session_id, many, locale, is_own=is_own) for one in sign_ins],
        testid="sessions",
        row_testid="session-row",
        empty=locale.say("Nobody is signed in."),
        acts=locale.say("Actions"),
        note=(
            locale.say("Only the latest {count} are shown.", count=MOST_SHOWN)
            if len(sign_ins) >= MOST_SHOWN
            else ""
        ),
    )


def browser_words(user_agent: str | None, locale: Locale) -> str:
    """`Firefox on Linux`, as far as a browser told what it is."""
    text = user_agent or ""
    browser = next((name for sign, name in _BROWSERS if sign in text), "")
    system = next((name for sign, name in _SYSTEMS if sign in text), "")
    if browser and system:
        return locale.say("{browser} on {system}", browser=browser, system=system)
    return browser or system or clipped(text, 40) or locale.say("Unknown browser")


def _row(
    one: SignInRecord, own_session_id: int, many: set[int], locale: Locale, *, is_own: bool
) -> dict[str, Any]:
    is_this = one.id == own_session_id
    this = locale.say("this one") if is_this else ""
    name = clipped(one.name, 80)
    person = [] if is_own else [cell(name, sub=clipped(one.email, 120), mark=this)]
    origin = cell(
        browser_words(one.user_agent, locale),
        sub=clipped(one.address or "", 64),
        title=clipped(one.user_agent or "", 300),
        mark=this if is_own else "",
    )
    acts = [] if is_this else [_end(name, locale)]
    if not is_own and not is_this and one.user_id in many:
        acts.append(_end_all(name, locale))
    times = [time_cell(one.created_at, locale), since_cell(one.last_active_at)]
    return row(one.id, [*person, origin, *times], acts)


def _end(name: str, locale: Locale) -> dict[str, Any]:
    spoken = locale.say("End this session of {name}", name=name)
    return act("end", locale.say("End"), spoken, "revoke-session", is_danger=True)


def _end_all(name: str, locale: Locale) -> dict[str, Any]:
    spoken = locale.say("End all sessions of {name}", name=name)
    return act("all", locale.say("End all"), spoken, "revoke-sessions", is_danger=True)


def _count(sign_ins: Sequence[SignInRecord], one: SignInRecord) -> int:
    return sum(other.user_id == one.user_id for other in sign_ins)
