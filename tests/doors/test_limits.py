"""Whoever asks for too much is told so, and nobody else notices; on real servers."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from benchmarks.hostile_sockets import EVERY_KIND
from benchmarks.watching.packets import newest_version
from tests.browser.server import PASSWORD, ROOT, Server
from tests.doors.raw_socket import RawSocket, raw_socket
from tests.doors.visitor import OpenPage, live, open_page, sign_in, visitor
from ui.page_limits import _SILENT_FOR_EACH_SOCKET

HOSTILE = 20
REFRESHES = 12


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lets three sockets of a sign-in and five of an address in."""
    server = Server(
        tmp_path_factory.mktemp("narrow"),
        STILLWATCH_TRUSTED_PROXIES="127.0.0.1",
        STILLWATCH_WORKERS="0",
        STILLWATCH_SESSION_SOCKETS="3",
        STILLWATCH_ADDRESS_SOCKETS="5",
        STILLWATCH_SESSION_PAGES="20",
        STILLWATCH_ADDRESS_PAGES="60",
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the limits that everybody has."""
    server = Server(tmp_path_factory.mktemp("usual"), STILLWATCH_WORKERS="0")
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def person(narrow: Server) -> AsyncIterator[httpx.AsyncClient]:
    client = await sign_in(narrow, "operator")
    yield client
    await client.aclose()


def from_address(client: httpx.AsyncClient, address: str) -> httpx.AsyncClient:
    client.headers["X-Forwarded-For"] = address
    return client


async def test_a_page_too_many_is_answered_in_plain_words(
    narrow: Server, person: httpx.AsyncClient
) -> None:
    from_address(person, "192.0.2.1")
    before = narrow.metric("stillwatch_page_refusals_total", reason="too_often")
    for _ in range(30):
        answer = await person.get("/login", headers={"Accept-Language": "de"})
        if answer.status_code != 200:
            break

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert "Zu viele Seiten auf einmal." in answer.text
    assert 'lang="de"' in answer.text
    assert "too_often" not in answer.text
    assert narrow.metric("stillwatch_page_refusals_total", reason="too_often") > before
    english = await person.get("/login")
    assert english.status_code == 429
    assert "Wait a moment" in english.text


async def test_assets_and_the_signs_of_life_are_no_pages(narrow: Server) -> None:
    async with visitor(narrow, "192.0.2.2") as stranger:
        for path in ("/static/stillwatch.css", "/healthz", "/favicon.ico"):
            statuses = {(await stranger.get(path)).status_code for _ in range(70)}
            assert statuses == {200}, path


async def test_an_address_is_held_whatever_cookies_it_makes_up(narrow: Server) -> None:
    async with visitor(narrow, "192.0.2.3") as stranger, visitor(narrow, "192.0.2.4") as other:
        statuses = []
        for number in range(70):
            cookie = {"Cookie": f"stillwatch_session=made-up-{number}"}
            statuses.append((await stranger.get("/operations", headers=cookie)).status_code)

        assert statuses[0] == 303
        assert statuses[-1] == 429
        assert (await other.get("/operations")).status_code == 303


async def test_pages_that_never_come_to_life_are_bounded(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Beside the rate, which is not reached: what is fetched and left lies there for a minute."""
    few = Server(
        tmp_path_factory.mktemp("few"), STILLWATCH_WORKERS="0", STILLWATCH_SESSION_SOCKETS="3"
    )
    few.start()
    client = await sign_in(few, "owner")
    most = 3 * _SILENT_FOR_EACH_SOCKET
    statuses = [(await client.get("/account")).status_code for _ in range(most + 2)]
    await client.aclose()
    few.stop()

    assert statuses.count(200) <= most
    assert statuses[-1] == 429


async def test_a_sign_in_has_so_many_sockets_and_one_that_goes_makes_room(
    narrow: Server, person: httpx.AsyncClient
) -> None:
    pages = [await open_page(person, "/account") for _ in range(4)]
    before = narrow.metric("stillwatch_socket_refusals_total", reason="full_session")
    async with live(narrow, pages[0]), live(narrow, pages[1]):
        async with live(narrow, pages[2]) as third:
            assert third.is_in
            with pytest.raises(InvalidStatus) as refused:
                async with live(narrow, pages[3]):
                    pass
            assert refused.value.response.status_code == 429
            assert refused.value.response.headers["Retry-After"]
            # And the next page says so, rather than coming without life.
            answer = await person.get("/account")
            assert answer.status_code == 429
            assert "Close some of them" in answer.text

        async with live(narrow, pages[3]) as later:
            assert later.is_in

    assert narrow.metric("stillwatch_socket_refusals_total", reason="full_session") == before + 1


async def test_an_address_has_so_many_sockets(narrow: Server) -> None:
    nobody = [raw_socket(narrow.url, "no page") for _ in range(6)]
    held = [await socket.__aenter__() for socket in nobody[:5]]

    with pytest.raises(InvalidStatus) as refused:
        await nobody[5].__aenter__()
    for socket in nobody[:5]:
        await socket.__aexit__(None, None, None)

    assert len(held) == 5
    assert refused.value.response.status_code == 429


async def test_sockets_come_by_websocket_alone(usual: Server) -> None:
    """All limits stand there; a page's script is told not to try anything else."""
    client = await sign_in(usual, "operator")
    page = await client.get("/account")
    polled = await client.get("/_nicegui_ws/socket.io/?EIO=4&transport=polling")
    await client.aclose()

    assert polled.status_code == 400
    assert "polling" not in page.text


async def live_run(usual: Server, client: httpx.AsyncClient) -> tuple[int, OpenPage]:
    run = usual.add_run(age=-30)  # its phase is to begin: it is asked for each second until then
    return run, await open_page(client, f"/operations/{run}")


def shown(socket: RawSocket) -> int:
    return newest_version(json.dumps(socket.heard)) or 0


async def test_twenty_hostile_sockets_keep_no_honest_page_from_its_ticks(usual: Server) -> None:
    """Every version comes, whatever they do; how late is told by `make bench`, not by a test."""
    client = await sign_in(usual, "operator")
    run, page = await live_run(usual, client)
    attack = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.hostile_sockets", usual.url, PASSWORD),
        *(f"/operations/{run}", str(HOSTILE), *EVERY_KIND),
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert attack.stdout is not None
        assert (await attack.stdout.readline()).strip() == b"ready"
        async with live(usual, page) as socket:
            await socket.say("event", page.message(0, "visibility", "visible"))
            for _ in range(REFRESHES):
                usual.execute("UPDATE operation_run SET version=version+1 WHERE id=?", run)
                version = usual.count("SELECT version FROM operation_run WHERE id=?", run)
                assert await socket.until(lambda v=version: shown(socket) >= v, 30), version
    finally:
        attack.kill()
        await attack.wait()
    await client.aclose()

    for reason in ("malformed", "too_fast", "asides"):
        assert usual.metric("stillwatch_socket_refusals_total", reason=reason) > 0, reason
    log = usual.log.read_text()
    assert "Traceback" not in log, log[log.index("Traceback") - 500 :][:3000]
    assert len(log.splitlines()) < 5_000


async def test_one_message_that_no_page_sends_cuts_the_line_and_leaves_no_traceback(
    usual: Server,
) -> None:
    client = await sign_in(usual, "operator")
    page = await open_page(client, "/account")
    before = usual.metric("stillwatch_socket_refusals_total", reason="malformed")
    for name, message in (
        ("ack", {"next_message_id": "x"}),
        ("ack", {}),
        ("javascript_response", {"request_id": []}),
        ("javascript_response", {}),
        ("log", {"level": []}),
        ("handshake", {}),
    ):
        async with live(usual, page) as socket:
            assert socket.is_in
            await socket.say(name, {"client_id": page.client_id, **message})
            await socket.until(lambda s=socket: s.is_closed, 1)
    await client.aclose()

    assert "Traceback" not in usual.log.read_text()
    assert "never retrieved" not in usual.log.read_text()
    after = usual.metric("stillwatch_socket_refusals_total", reason="malformed")
    assert after - before >= 4
