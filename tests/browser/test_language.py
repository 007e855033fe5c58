"""A second language over plain HTTP: how it is chosen, and that no word of the first is left."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from babel.messages.pofile import read_po

from scripts import messages
from tests.browser.server import PASSWORD, Server
from ui.places import PLACES

COOKIE = {"stillwatch_language": "de"}
PAGES = [*(place.href for place in PLACES), "/operations/1", "/tenants/contoso", "/nowhere"]


@pytest.fixture(scope="module")
def german(server: Server) -> Iterator[httpx.Client]:
    """An owner who reads German."""
    with httpx.Client(base_url=server.url, cookies=COOKIE) as client:
        form = client.get("/login").text
        hidden = dict(re.findall(r'type="hidden" name="(csrf|next)" value="([^"]*)"', form))
        who = {"email": "owner@example.test", "password": PASSWORD}
        assert client.post("/login", data={**hidden, **who}).status_code == 303
        yield client


def english_of(page: str) -> list[str]:
    """The texts of the English source that a page holds as a whole."""
    with (messages.CATALOGUES / "de.po").open("rb") as file:
        catalogue = read_po(file, locale="de")
    texts = [m.id for m in catalogue if isinstance(m.id, str) and m.id and m.id != m.string]
    # A word in lower case is also what scripts read of a status.
    readable = [text for text in texts if text[0].isupper()]
    return [t for t in readable if f">{t}<" in page or f"{json.dumps(t)}" in page]


def test_sign_in_greets_in_the_browser_s_language(server: Server) -> None:
    page = httpx.get(f"{server.url}/login", headers={"Accept-Language": "de-CH, en;q=0.5"}).text

    assert '<html lang="de">' in page
    assert "Anmelden" in page
    assert english_of(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_english_is_left_on_a_german_page(german: httpx.Client, path: str) -> None:
    page = german.get(path).text

    assert '<html lang="de">' in page
    assert "Vorg\\u00e4nge" in page or "Vorgänge" in page  # the navigation
    assert english_of(page) == []


def test_a_download_that_is_none_says_so_in_german(german: httpx.Client) -> None:
    page = german.get("/review-packs/999999/download").text

    assert "Hier gibt es nichts." in page
    assert english_of(page) == []


def test_a_choice_is_kept_and_leads_back(server: Server) -> None:
    data = {"language": "de", "next": "/tenants?x=1"}

    answer = httpx.post(f"{server.url}/language", data=data)

    assert (answer.status_code, answer.headers["location"]) == (303, "/tenants?x=1")
    assert "stillwatch_language=de" in answer.headers["set-cookie"]


@pytest.mark.parametrize("language", ["xx", "", "de;", "../de", "DE\r\nx: y"])
def test_a_language_that_there_is_not_changes_nothing(server: Server, language: str) -> None:
    answer = httpx.post(f"{server.url}/language", data={"language": language, "next": "/tenants"})

    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("target", ["//evil.test", "https://evil.test", "/\\evil.test"])
def test_a_choice_leads_to_no_other_site(server: Server, target: str) -> None:
    answer = httpx.post(f"{server.url}/language", data={"language": "de", "next": target})

    assert answer.headers["location"] == "/operations"
