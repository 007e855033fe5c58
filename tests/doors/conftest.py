"""One server for all that come to its doors without a browser."""

from collections.abc import Iterator

import pytest

from tests.browser.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(
        tmp_path_factory.mktemp("console"),
        STILLWATCH_TRUSTED_PROXIES="127.0.0.1",
        STILLWATCH_WORKERS="0",
    )
    server.start()
    yield server
    server.stop()
