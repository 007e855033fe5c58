"""One server for all that come to its doors without a browser."""

from collections.abc import Iterator

import pytest

from tests.browser.server import Server

# Doors are tried by the thousand from one address; test_limits.py has servers of its own.
WIDE = {
    "STILLWATCH_SESSION_SOCKETS": "1000",
    "STILLWATCH_ADDRESS_SOCKETS": "1000",
    "STILLWATCH_SESSION_PAGES": "100000",
    "STILLWATCH_ADDRESS_PAGES": "100000",
    "STILLWATCH_SOCKET_EVENTS": "10000",
    "STILLWATCH_MESSAGE_KIB": "1024",
}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(
        tmp_path_factory.mktemp("console"),
        STILLWATCH_TRUSTED_PROXIES="127.0.0.1",
        STILLWATCH_WORKERS="0",
        **WIDE,
    )
    server.start()
    yield server
    server.stop()
