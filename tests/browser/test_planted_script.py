"""Script in every free-text field, in a real browser: it is read, and never run."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server, text_time

MARK = "planted"
SCRIPT = f"<script>alert('{MARK}')</script><img src=x onerror=\"alert('{MARK}')\">{{{{7*7}}}}"
FAILURES = json.dumps([{"code": SCRIPT, "message": SCRIPT, "count": 2, "sample": SCRIPT}])
COUNTS = json.dumps({"total": 10, "processed": 25, "succeeded": -4, "failed": SCRIPT})


@pytest.fixture
def run_id(server: Server) -> Iterator[int]:
    """A run of contoso that failed, all of whose texts are script, as are all names around it."""
    names = {
        table: server.execute(f"UPDATE {table} SET name = name || ? WHERE id = 1", SCRIPT)
        for table in ("workspace", "tenant", "user_account")
    }
    run_id = server.add_run(
        "completed",
        type=SCRIPT,
        outcome="failed",
        tenant_id=1,
        initiated_by_user_id=1,
        context=json.dumps({SCRIPT: SCRIPT}),
        summary_counts=COUNTS,
        failure_summary=FAILURES,
        completed_at=text_time(datetime.now(UTC)),
    )
    pack_id = server.add_pack("failed", operation_run_id=run_id, summary=json.dumps({SCRIPT: 1}))
    yield run_id
    for table in names:
        server.execute(f"UPDATE {table} SET name = replace(name, ?, '') WHERE id = 1", SCRIPT)
    server.execute("DELETE FROM review_pack WHERE id = ?", pack_id)
    server.execute("DELETE FROM operation_run WHERE id = ?", run_id)


@pytest.mark.parametrize(
    "path", ["/operations", "/operations/{}", "/overview", "/tenants", "/tenants/contoso"]
)
def test_script_is_text_on_every_page(
    page: Page, server: Server, run_id: int, console_messages: list[str], path: str
) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    page.goto(server.url + path.format(run_id))
    expect(page.get_by_text(f"alert('{MARK}')").first).to_be_visible()
    page.wait_for_function("!document.querySelector('.q-loading')")

    assert dialogs == []
    assert page.evaluate("document.querySelectorAll('img[src=\"x\"]').length") == 0
    assert "{{7*7}}" in page.inner_text("body")
    assert console_messages == []
    for text in ("250", "NaN", "undefined", "-4"):
        assert page.get_by_text(f"{text} %").count() == 0
