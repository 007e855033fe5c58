"""What every answer carries, and what only HTTPS adds."""

import httpx
import pytest
from nicegui import __version__
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.browser.server import Server
from tests.doors.visitor import post_sign_in, sign_in, visitor
from ui.safe_headers import SafeHeaders

_PATHS = ["/login", "/operations", "/operations/999999999", "/nowhere", "/healthz", "/api/docs"]


@pytest.mark.parametrize("path", _PATHS)
async def test_every_answer_tells_the_browser_what_to_refuse(server: Server, path: str) -> None:
    client = await sign_in(server, "owner")

    headers = (await client.get(path)).headers
    await client.aclose()

    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers  # it is spoken to in the clear


async def test_a_page_loads_nothing_from_elsewhere(server: Server) -> None:
    async with visitor(server) as stranger:
        policy = (await stranger.get("/login")).headers["content-security-policy"]

    assert "connect-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "http" not in policy.replace("https:", "")


_FRAMEWORK = f"/_nicegui/{__version__}"


@pytest.mark.parametrize("path", ["/static/stillwatch.css?4f2a", f"{_FRAMEWORK}/static/nicegui.js"])
async def test_what_has_a_digest_in_its_address_is_kept_for_good(server: Server, path: str) -> None:
    async with visitor(server) as stranger:
        headers = (await stranger.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/static/stillwatch.css", f"{_FRAMEWORK}/components/no.js"])
async def test_what_may_be_another_tomorrow_is_not_kept_for_good(server: Server, path: str) -> None:
    async with visitor(server) as stranger:
        headers = (await stranger.get(path)).headers

    assert "immutable" not in headers.get("cache-control", "")
    assert "no-store" not in headers.get("cache-control", "")


async def test_nobody_writes_a_prefix_into_a_page(server: Server) -> None:
    client = await sign_in(server, "owner")

    page = (await client.get("/operations", headers={"X-Forwarded-Prefix": "/evil"})).text
    await client.aclose()

    assert "/evil" not in page


async def test_a_console_behind_https_says_so_once_and_for_all() -> None:
    async def anything(scope: Scope, receive: Receive, send: Send) -> None:
        own = PlainTextResponse("x", headers={"Content-Security-Policy": "default-src 'none'"})
        await own(scope, receive, send)

    transport = httpx.ASGITransport(app=SafeHeaders(anything, is_secure=True))
    async with httpx.AsyncClient(transport=transport, base_url="https://x") as client:
        headers = (await client.get("/")).headers

    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["content-security-policy"] == "default-src 'none'"  # the stricter word stands


async def test_addresses_are_told_by_a_trusted_proxy_and_each_waits_for_itself(
    server: Server,
) -> None:
    email = "contoso-viewer@example.test"
    async with visitor(server, "203.0.113.9") as guesser, visitor(server, "192.0.2.1") as person:
        answers = [await post_sign_in(guesser, email, "wrong") for _ in range(6)]
        unknown = [await post_sign_in(guesser, "no@example.test", "wrong") for _ in range(6)]
        right = await post_sign_in(person, email, "browser-tests-only")

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert [answer.status_code for answer in unknown] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 16
    assert "Too many attempts" in answers[-1].text
    assert right.status_code == 303


async def test_metrics_are_not_for_whoever_comes_through_a_proxy(server: Server) -> None:
    async with visitor(server, "192.0.2.1") as outside, visitor(server) as inside:
        assert (await outside.get("/metrics")).status_code == 404
        assert (await inside.get("/metrics")).status_code == 200


@pytest.mark.parametrize("path", ["/language", f"/_nicegui/{__version__}/esm/nothing"])
async def test_an_open_address_where_nothing_is_sends_a_stranger_to_sign_in(
    server: Server, path: str
) -> None:
    async with visitor(server) as stranger:
        answer = await stranger.get(path)

    assert (answer.status_code, answer.headers.get("location")) == (303, "/login")
