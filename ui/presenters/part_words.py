"""The words of the page's parts that stay the same while it is open: made once for a reader.

All pages of a language and zone share them; nobody writes to them.
"""

from functools import cache

from ui.presenters.locale import Locale


@cache
def badge_words(locale: Locale) -> dict[str, str]:
    """Of the badge: what only the browser can tell."""
    return {"lost": locale.say("Reconnecting")}


@cache
def table_words(locale: Locale) -> dict[str, str]:
    """Of a list of runs."""
    return {
        "runs": locale.say("Runs"),
        "status": locale.say("Status"),
        "operation": locale.say("Operation"),
        "tenant": locale.say("Tenant"),
        "started-by": locale.say("Started by"),
        "progress": locale.say("Progress"),
        "duration": locale.say("Duration"),
        "started": locale.say("Started"),
        "gone": locale.say("no longer available"),
    }


@cache
def summary_words(locale: Locale) -> dict[str, str]:
    """Of the head of a run's page."""
    return {
        "status": locale.say("Status"),
        "progress": locale.say("Progress"),
        "heartbeat": locale.say("Last heartbeat"),
    }


@cache
def action_words(locale: Locale) -> dict[str, str]:
    """Of what a person may do about a run."""
    return {
        "cancel": locale.say("Cancel run"),
        "retry": locale.say("Start again"),
        "tell": locale.say("Tell me when it is done"),
    }


@cache
def background_words(locale: Locale) -> dict[str, str]:
    """Of what a run was given, and of the runs it belongs to."""
    return {"context": locale.say("Context"), "related": locale.say("Related runs")}


@cache
def failure_words(locale: Locale) -> dict[str, str]:
    return {"failures": locale.say("Failures")}


@cache
def timeline_words(locale: Locale) -> dict[str, str]:
    return {"timeline": locale.say("Timeline")}


@cache
def card_words(locale: Locale) -> dict[str, str]:
    """Of a review pack's card; `{…}` is filled in by the browser."""
    return {
        "pack": locale.say("Review pack"),
        "expires": locale.say("Expires in"),
        "progress": locale.say("Progress"),
        "copy": locale.say("Copy the SHA-256 checksum"),
        "copied": locale.say("Copied"),
        "download": locale.say("Download"),
        "run": locale.say("Run"),
        "downloads": locale.say("Downloads"),
        "nobody": locale.say("Nobody has downloaded it yet."),
        "earlier": locale.say("Earlier packs"),
        "download_of": locale.say("Download the pack of {period}"),
        "fewer": locale.say("Show fewer"),
        "more": locale.say("Show {count} more"),
    }


@cache
def shell_words(locale: Locale) -> dict[str, str]:
    """Of the frame around every page."""
    return {
        "skip": locale.say("Skip to content"),
        "switch": locale.say("Switch workspace"),
        "main": locale.say("Main"),
        "auto": locale.say("Theme: as the system"),
        "light": locale.say("Theme: light"),
        "dark": locale.say("Theme: dark"),
        "language": locale.say("Language"),
        "sign_out": locale.say("Sign out"),
        "account": locale.say("Your account"),
        "shortcuts": locale.say("Keyboard shortcuts"),
        "zone": locale.say("Times in {zone}", zone=locale.zone),
    }


@cache
def clock_words(locale: Locale) -> dict[str, str]:
    """Of times that count on in the browser, which fills `{…}`."""
    return {
        "day": locale.say("{count} d"),
        "hour": locale.say("{count} h"),
        "minute": locale.say("{count} min"),
        "second": locale.say("{count} s"),
        "ago": locale.say("{time} ago"),
        "now": locale.say("just now"),
    }
