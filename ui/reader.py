"""Who reads what a request asks for: in which language, and in which time zone."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import negotiate_locale
from starlette.requests import HTTPConnection

from ui.presenters.locale import LANGUAGES, SOURCE_LANGUAGE, Locale

LANGUAGE_COOKIE = "stillwatch_language"
ZONE_COOKIE = "stillwatch_zone"

_LONGEST_HEADER = 400


def reader_of(request: HTTPConnection) -> Locale:
    """The chosen language, else the browser's first that there is; the browser's time zone."""
    return Locale(_language(request), _zone(request))


def _language(request: HTTPConnection) -> str:
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    wanted = _by_preference(request.headers.get("accept-language", "")[:_LONGEST_HEADER])
    return negotiate_locale(wanted, LANGUAGES, sep="-") or SOURCE_LANGUAGE


def _by_preference(header: str) -> list[str]:
    """`de-AT;q=0.8, en` as `["en", "de-AT"]`; what makes no sense counts for nothing."""
    wanted = []
    for part in header.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if tag.replace("-", "").isalnum() and tag.isascii() and 0 < weight <= 1:
            wanted.append((weight, tag))
    return [tag for _, tag in sorted(wanted, key=lambda one: -one[0])]


def _zone(request: HTTPConnection) -> ZoneInfo:
    """The person's time zone as their browser told it; UTC when it told nothing usable."""
    try:
        return ZoneInfo(request.cookies.get(ZONE_COOKIE, "UTC")[:64])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
