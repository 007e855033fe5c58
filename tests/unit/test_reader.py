"""In which language and time zone somebody reads, out of what their browser sends."""

import pytest
from starlette.requests import HTTPConnection

from ui.reader import reader_of


def asking(cookies: str = "", languages: str | None = None) -> HTTPConnection:
    headers = [(b"cookie", cookies.encode("latin-1"))]
    if languages is not None:
        headers.append((b"accept-language", languages.encode("latin-1")))
    return HTTPConnection({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("languages", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.2, de;q=0.7", "de"),
        ("fr-FR, fr;q=0.9, de;q=0.5", "de"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("*", "en"),
        ("../../etc;q=x, <script>, ;;;,,,", "en"),
        ("de;q=nan", "en"),
        ("x" * 100_000, "en"),
    ],
)
def test_the_browser_s_first_language_that_there_is_is_spoken(
    languages: str | None, language: str
) -> None:
    assert reader_of(asking(languages=languages)).language == language


@pytest.mark.parametrize(("chosen", "language"), [("en", "en"), ("de", "de"), ("xx", "de")])
def test_a_choice_comes_before_what_the_browser_asks_for(chosen: str, language: str) -> None:
    reader = reader_of(asking(f"stillwatch_language={chosen}", "de"))

    assert reader.language == language


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [
        ("stillwatch_zone=Europe/Berlin", "Europe/Berlin"),
        ("stillwatch_zone=../../etc/passwd", "UTC"),
        ("stillwatch_zone=Nowhere/Land", "UTC"),
        ("", "UTC"),
    ],
)
def test_the_zone_is_what_the_browser_told_last(cookie: str, zone: str) -> None:
    assert str(reader_of(asking(cookie)).zone) == zone
