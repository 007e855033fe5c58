"""A person with a browser's cookies and no browser: for what a page answers over HTTP."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.browser.server import PASSWORD, Server


@contextmanager
def visitor(server: Server, who: str = "owner") -> Iterator[httpx.Client]:
    """Signed in as one of the demo world."""
    with httpx.Client(base_url=server.url, follow_redirects=False, timeout=60) as client:
        answer = client.post(
            "/login",
            data={"email": f"{who}@example.test", "password": PASSWORD, "csrf": csrf(client)},
        )
        assert answer.status_code == 303
        yield client


def csrf(client: httpx.Client) -> str:
    """The token of a fresh sign-in form."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/login").text)
    assert found is not None
    return found[1]
