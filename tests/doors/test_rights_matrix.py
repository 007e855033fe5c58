"""Every right at every door: who, what, aimed at what; generated, and complete by proof.

What is expected is in `rights`, from the contract. All cases of a kind are tried side by side
against one server, then each is a test of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, TypeVar

import pytest

from tests.browser.server import Server
from tests.doors import rights
from tests.doors.aims import Aim, aim, new_run, places
from tests.doors.deeds import attempt
from tests.doors.people import Person, Place, new_person, take_away
from tests.doors.visitor import visitor
from tests.doors.words import shape

Case = TypeVar("Case", bound=tuple[str, ...])
_AT_ONCE = 8
_MISSING = {"nobody": 303, "expired": 303}


def test_there_are_hundreds_of_cases() -> None:
    kinds = (
        rights.page_cases(),
        rights.deed_cases(),
        rights.meanwhile_cases(),
        rights.download_cases(),
    )
    assert sum(map(len, kinds)) >= 300


def _tried(
    server: Server, cases: Iterable[Case], one: Callable[..., Awaitable[Any]]
) -> dict[Case, Any]:
    async def try_all() -> dict[Case, Any]:
        turns = asyncio.Semaphore(_AT_ONCE)

        async def try_one(case: Case) -> tuple[Case, Any]:
            async with turns:
                try:
                    return case, await one(server, *case)
                except Exception as error:  # told by the test of this very case
                    return case, repr(error)

        return dict(await asyncio.gather(*map(try_one, cases)))

    return asyncio.run(try_all())


@pytest.fixture(scope="module")
def pages(server: Server) -> dict[tuple[str, ...], Any]:
    return _tried(server, rights.page_cases(), _fetch)


@pytest.fixture(scope="module")
def deeds(server: Server) -> dict[tuple[str, ...], Any]:
    return _tried(server, rights.deed_cases(), _do)


@pytest.fixture(scope="module")
def meanwhile(server: Server) -> dict[tuple[str, ...], Any]:
    return _tried(server, rights.meanwhile_cases(), _do_while_losing)


@pytest.fixture(scope="module")
def downloads(server: Server) -> dict[tuple[str, ...], Any]:
    return _tried(server, rights.download_cases(), _download)


@pytest.mark.parametrize(("door", "who", "relation"), rights.page_cases())
def test_a_page_is_for_those_who_may_see_it(
    pages: dict[tuple[str, ...], Any], door: str, who: str, relation: str
) -> None:
    allowed = rights.SEES[relation] if relation else rights.PAGES[door]
    seen = 303 if door == "/" else 200

    status, looks_missing = pages[door, who, relation]

    assert status == (seen if who in allowed else _MISSING.get(who, 404))
    assert looks_missing or status != 404, "hidden must look exactly like missing"


@pytest.mark.parametrize(("deed", "who", "relation"), rights.deed_cases())
def test_a_deed_is_for_those_who_may_do_it(
    deeds: dict[tuple[str, ...], Any], deed: str, who: str, relation: str
) -> None:
    outcome = deeds[deed, who, relation]

    page = rights.DEED_PAGES.get(deed)
    sees = rights.SEES[relation] if page is None else rights.PAGES[page]

    if who in rights.DEEDS[deed][relation]:
        assert outcome == "done"
    elif who in sees:
        assert outcome == "refused"
    else:
        assert outcome == "hidden"


@pytest.mark.parametrize(("deed", "who", "relation", "how"), rights.meanwhile_cases())
def test_a_right_lost_between_the_question_and_the_answer_is_lost(
    meanwhile: dict[tuple[str, ...], Any], deed: str, who: str, relation: str, how: str
) -> None:
    assert meanwhile[deed, who, relation, how] == "refused"


@pytest.mark.parametrize(("who", "relation", "state"), rights.download_cases())
def test_a_download_is_for_those_who_may_have_it(
    downloads: dict[tuple[str, ...], Any], who: str, relation: str, state: str
) -> None:
    status, is_like_missing = downloads[who, relation, state]

    if who in rights.DOWNLOADS[relation]:
        assert status == {"queued": 409, "expired": 410}[state]
    elif who in rights.SEES[relation]:
        assert status == 403
    else:
        assert status == _MISSING.get(who, 404)
        assert is_like_missing or status != 404


async def _fetch(server: Server, page: str, who: str, relation: str) -> tuple[int, bool]:
    own, at = places(server, "", relation or "own tenant")
    path = page
    if "{run_id}" in page:
        path = page.format(run_id=new_run(server, at))
    if "{slug}" in page:
        path = page.format(slug=at.slug)
    async with _client(server, who, own) as client:
        answer = await client.get(path)
        if answer.status_code != 404:
            return answer.status_code, False
        # A file that is hidden looks like a file that is missing, a page like a page.
        is_file = page.endswith(".csv")
        missing = await client.get(
            "/review-packs/999999999/download" if is_file else "/operations/999999999"
        )
        return 404, shape(answer.text) == shape(missing.text)


async def _do(server: Server, deed: str, who: str, relation: str) -> str:
    own, at = places(server, deed, relation)
    if who == "nobody":
        async with visitor(server) as stranger:
            answer = await stranger.get(aim(server, deed, at).path)
            return "hidden" if answer.status_code == 303 else "open to strangers"
    person = new_person(server, who, own)
    async with person.client:
        return await attempt(server, person, _aim(server, deed, relation, at, person))


async def _do_while_losing(server: Server, deed: str, who: str, relation: str, how: str) -> str:
    own, at = places(server, deed, relation)
    person = new_person(server, who, own)
    lose = partial(take_away, server, person, how)
    async with person.client:
        return await attempt(server, person, _aim(server, deed, relation, at, person), lose)


def _aim(server: Server, deed: str, relation: str, at: Place, person: Person) -> Aim:
    return aim(server, deed, at, person if relation == "own" else None)


async def _download(server: Server, who: str, relation: str, state: str) -> tuple[int, bool]:
    own, at = places(server, "", relation)
    pack = server.add_pack(state, workspace_id=at.workspace_id, tenant_id=at.tenant_id)
    async with _client(server, who, own) as client:
        answer = await client.get(f"/review-packs/{pack}/download")
        missing = await client.get("/review-packs/999999999/download")
        return answer.status_code, answer.text == missing.text


def _client(server: Server, who: str, own: Any) -> Any:
    return visitor(server) if who == "nobody" else new_person(server, who, own).client
