"""A server and a real Chromium whose tabs change visibility as a person's do."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.server import PASSWORD, Server
from tests.waiting import wait_until

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("console"))
    server.start()
    yield server
    # All that these tests do, one after another from one address, is less than a limit notices.
    assert server.limited() == {}
    server.stop()


@pytest.fixture(scope="session")
def chromium(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """Chromium with no emulation of focus: tabs in the background are really hidden."""
    profile = tmp_path_factory.mktemp("profile")
    path = os.environ.get("STILLWATCH_TEST_BROWSER") or shutil.which("chromium") or ""
    assert path, "no browser: run the tests by `make test`"
    process = subprocess.Popen(
        [path, *_FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port_file = Path(profile) / "DevToolsActivePort"
        wait_until(lambda: port_file.exists() and bool(port_file.read_text()), 30)
        port = port_file.read_text().split()[0]
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
        yield browser.contexts[0]
        browser.close()
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def console_messages() -> list[str]:
    """Warnings and errors that the browser's console showed during the test."""
    return []


@pytest.fixture
def page(chromium: BrowserContext, server: Server, console_messages: list[str]) -> Iterator[Page]:
    """A tab that has signed in as the operator."""
    chromium.clear_cookies()
    page = chromium.new_page()
    page.on(
        "console",
        lambda m: console_messages.append(m.text) if m.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: console_messages.append(str(error)))
    sign_in(page, server, "operator")
    yield page
    for tab in chromium.pages:
        tab.close()


def sign_in(page: Page, server: Server, who: str) -> None:
    page.goto(f"{server.url}/operations")
    page.fill("[name=email]", f"{who}@example.test")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(
        page.get_by_test_id("operations-table").or_(page.get_by_test_id("refresh-badge")).first
    ).to_be_visible()
