"""The browser is told to refuse much, and no page of ours misses any of it."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import sign_in
from tests.browser.server import Server

_PAGES = (
    "/operations",
    "/overview",
    "/tenants/contoso",
    "/admin/members",
    "/admin/audit",
    "/refresh",
)


@pytest.mark.usefixtures("page")
def test_no_page_runs_into_the_content_policy(chromium: BrowserContext, server: Server) -> None:
    complaints: list[str] = []
    run = server.add_run(status="completed", outcome="failed", tenant_id=1)
    chromium.clear_cookies()
    page = chromium.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " event => console.error('refused: ' + event.violatedDirective + event.blockedURI))"
    )
    sign_in(page, server, "owner")

    for path in (*_PAGES, f"/operations/{run}"):
        page.goto(server.url + path)
        expect(page.get_by_test_id("sign-out")).to_be_visible()
        page.wait_for_function("window.did_handshake")

    assert complaints == []
