"""The attacks that a stock framework lets through, each replayed against a real server."""

import hashlib
import inspect
import json
from collections.abc import AsyncIterator, Iterator

import pytest
from nicegui import Client, core
from nicegui import nicegui as framework
from websockets.exceptions import InvalidStatus

from tests.browser.server import Server
from tests.doors.raw_socket import raw_socket
from tests.doors.visitor import OpenPage, live, open_page, sign_in, visitor
from ui import socket_door
from ui.socket_door import SocketDoorError, guard_sockets

# Of the framework's handlers, as they were read when the door was built.
_READ = "60ec7cf888390de7"


@pytest.fixture
async def victim(server: Server) -> AsyncIterator[OpenPage]:
    """A page of the operator, at which a click opens the dialog that starts an operation."""
    client = await sign_in(server, "operator")
    yield await open_page(client, "/operations")
    await client.aclose()


async def stolen_cookie_of(server: Server, who: str) -> str:
    client = await sign_in(server, who)
    cookie = f"stillwatch_session={client.cookies['stillwatch_session']}"
    await client.aclose()
    return cookie


def click(page: OpenPage) -> dict[str, object]:
    button = page.find("start-operation")
    assert button is not None
    return page.message(button)


def refusals(server: Server, reason: str) -> float:
    return server.metric("stillwatch_socket_refusals_total", reason=reason)


async def test_its_own_socket_fires_a_page_s_listener(server: Server, victim: OpenPage) -> None:
    """The control: the very message that the attacks below send is understood."""
    async with live(server, victim) as socket:
        await socket.say("event", click(victim))

        assert socket.is_in
        assert await socket.until(lambda: "confirm-dialog" in json.dumps(socket.heard))


async def test_a_socket_without_a_cookie_is_not_let_in(server: Server, victim: OpenPage) -> None:
    before = refusals(server, "other_session")

    async with raw_socket(server.url, victim.client_id) as socket:
        assert not socket.is_in

    assert refusals(server, "other_session") == before + 1


async def test_a_stolen_client_id_and_tab_id_open_nothing(server: Server, victim: OpenPage) -> None:
    cookie = await stolen_cookie_of(server, "outsider")

    async with (
        live(server, victim),
        raw_socket(server.url, victim.client_id, tab_id=victim.tab_id, cookie=cookie) as socket,
    ):
        assert not socket.is_in


async def test_another_session_of_the_same_person_opens_nothing(
    server: Server, victim: OpenPage
) -> None:
    """As when a browser has signed in anew: its old page must not go on."""
    cookie = await stolen_cookie_of(server, "operator")

    async with raw_socket(
        server.url, victim.client_id, tab_id=victim.tab_id, cookie=cookie
    ) as socket:
        assert not socket.is_in


@pytest.mark.parametrize(
    "origin",
    ["https://evil.test", "http://127.0.0.1:1", "http://localhost", "null", "http://127.0.0.1"],
)
async def test_a_page_of_a_foreign_origin_is_not_even_connected(
    server: Server, victim: OpenPage, origin: str
) -> None:
    before = refusals(server, "origin")

    with pytest.raises(InvalidStatus) as refused:
        async with raw_socket(
            server.url,
            victim.client_id,
            tab_id=victim.tab_id,
            cookie=victim.cookie,
            origin=origin,
        ):
            pass

    assert refused.value.response.status_code == 403
    assert refusals(server, "origin") > before


@pytest.mark.parametrize("name", ["event", "javascript_response", "ack", "log"])
async def test_a_valid_socket_cannot_speak_for_another_s_page(
    server: Server, victim: OpenPage, name: str
) -> None:
    thief = await sign_in(server, "outsider")
    own = await open_page(thief, "/operations")
    before = refusals(server, "other_page")
    forged = {"log": {"level": "error", "message": "forged by the thief"}}.get(name, {})
    more = {"request_id": "1", "next_message_id": 10**6}
    async with live(server, victim) as theirs, live(server, own) as socket:
        await socket.say(name, {**click(victim), **more, **forged})

        assert await socket.until(lambda: socket.is_closed)  # cut off after one try
        assert refusals(server, "other_page") == before + 1
        assert "confirm-dialog" not in json.dumps(theirs.heard)
    await thief.aclose()

    assert "forged by the thief" not in server.log.read_text()


async def test_a_valid_socket_cannot_shake_hands_with_another_s_page(
    server: Server, victim: OpenPage
) -> None:
    thief = await sign_in(server, "outsider")
    own = await open_page(thief, "/operations")
    query = {"client_id": victim.client_id, "tab_id": victim.tab_id, "document_id": "1"}
    async with raw_socket(
        server.url, own.client_id, cookie=own.cookie, is_implicit=False
    ) as socket:
        await socket.say("handshake", query, number=1)

        assert await socket.until(lambda: socket.is_closed or 1 in socket.answers)
        assert socket.answers.get(1, [False]) == [False]
    await thief.aclose()


async def test_a_socket_that_names_no_page_cannot_wait_for_one(
    server: Server, victim: OpenPage
) -> None:
    """Connected without a handshake, a stock socket may go on to name any page."""
    async with raw_socket(server.url, "", cookie=victim.cookie, is_implicit=False) as socket:
        assert not socket.is_in


@pytest.mark.parametrize(
    "message", [None, 1, "text", [], {}, {"client_id": 1}, {"client_id": None}]
)
async def test_a_message_that_is_none_is_refused_and_not_stumbled_over(
    server: Server, victim: OpenPage, message: object
) -> None:
    async with live(server, victim) as socket:
        await socket.say("event", message)

        assert await socket.until(lambda: socket.is_closed)

    assert "Traceback" not in server.log.read_text()


async def test_what_a_browser_asks_to_be_logged_stays_one_short_line(
    server: Server, victim: OpenPage
) -> None:
    text = "odd\nlevel" + "x" * 5000
    async with live(server, victim) as socket:
        message = {"client_id": victim.client_id, "level": "error", "message": text}
        await socket.say("log", message)
        await socket.say("event", click(victim))
        assert await socket.until(lambda: "confirm-dialog" in json.dumps(socket.heard))

    log = server.log.read_text()
    assert "odd level" in log
    assert "x" * 301 not in log


async def test_no_refusal_tells_a_secret(server: Server, victim: OpenPage) -> None:
    cookie = await stolen_cookie_of(server, "outsider")
    async with raw_socket(
        server.url, victim.client_id, tab_id=victim.tab_id, cookie=cookie
    ) as socket:
        assert not socket.is_in

    log = server.log.read_text()
    for secret in (cookie.partition("=")[2], victim.client_id, victim.tab_id):
        assert secret not in log


@pytest.mark.parametrize(
    "path", ["/_nicegui/client/1/upload/2", "/_nicegui/auto/static/x", "/_nicegui/x"]
)
async def test_the_framework_s_other_routes_ask_for_a_sign_in(server: Server, path: str) -> None:
    async with visitor(server) as stranger:
        assert (await stranger.get(path)).status_code == 303
        assert (await stranger.post(path)).status_code == 303


@pytest.fixture
def handlers() -> Iterator[dict[str, object]]:
    """The framework's handlers, put back afterwards."""
    named = core.sio.handlers["/"]
    kept, origins = dict(named), core.sio.eio.cors_allowed_origins
    yield named
    named.clear()
    named.update(kept)
    core.sio.eio.cors_allowed_origins = origins


def test_a_handler_that_nobody_has_looked_at_stops_the_start(handlers: dict[str, object]) -> None:
    handlers["shout"] = handlers["event"]

    with pytest.raises(SocketDoorError, match="shout"):
        guard_sockets("http://127.0.0.1:8080")


def test_a_handler_that_is_gone_stops_the_start(handlers: dict[str, object]) -> None:
    del handlers["handshake"]

    with pytest.raises(SocketDoorError, match="handshake"):
        guard_sockets("http://127.0.0.1:8080")


def test_a_door_put_up_twice_is_one_door(handlers: dict[str, object]) -> None:
    guard_sockets("http://127.0.0.1:8080")
    guard_sockets("http://127.0.0.1:8080")

    wrapped = handlers["event"]
    assert getattr(wrapped, "__wrapped__", None) is framework._on_event


def test_the_framework_is_the_one_that_the_door_was_built_for() -> None:
    """After an upgrade: read what changed in these, see that the door still holds, note it here."""
    read = [
        *(inspect.unwrap(core.sio.handlers["/"][name]) for name in sorted(socket_door._HANDLERS)),
        Client.accept_handshake,
        Client.handle_handshake,
        Client.handle_event,
        Client.handle_javascript_response,
        Client.handle_log_message,
    ]
    source = "".join(inspect.getsource(one) for one in read)

    assert hashlib.sha256(source.encode()).hexdigest()[:16] == _READ
