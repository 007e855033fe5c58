"""Takes the pictures of the documentation: a real console, real work, both themes and widths."""

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.server import PASSWORD, Server, text_time  # noqa: E402 - needs the path above

IMAGES = ROOT / "docs" / "images"
WIDTHS = {"wide": (1280, 800), "phone": (390, 780)}


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.start()
        browser = playwright.chromium.launch(
            executable_path=os.environ["STILLWATCH_TEST_BROWSER"],
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        try:
            for theme in ("light", "dark"):
                for width, (columns, rows) in WIDTHS.items():
                    _take_all(browser, server, theme, width, columns, rows)
        finally:
            browser.close()
            server.stop()


def _take_all(
    browser: Browser, server: Server, theme: str, width: str, columns: int, rows: int
) -> None:
    context = browser.new_context(
        viewport={"width": columns, "height": rows},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(f"{server.url}/operations")
    _take(page, f"sign-in-{theme}-{width}")
    page.fill("[name=email]", "operator@example.test")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.get_by_test_id("run-row").first).to_be_visible()
    run = server.add_run(
        age=42,
        runner="worker",
        lease_owner="worker-2",
        heartbeat_at=_ago(1),
        lease_until=_ago(-600),
        attempt=2,
        tenant_id=1,
        initiated_by_user_id=2,
        created_at=_ago(75),
        context='{"source": "hr-feed", "full": false}',
        summary_counts='{"total": 4800, "processed": 3120, "succeeded": 3078, "failed": 12, '
        '"skipped": 30}',
        failure_summary='[{"code": "throttled", "message": "The remote service asked to slow '
        'down", "count": 12, "sample": "HTTP 429, retry after 30 s"}]',
    )
    _tell(server, run, 75, "requested", 2)
    _tell(server, run, 71, "claimed", details='{"owner": "worker-1", "attempt": 1}')
    _tell(server, run, 44, "retry_scheduled", details='{"code": "throttled", "seconds": 2}')
    _tell(server, run, 42, "claimed", details='{"owner": "worker-2", "attempt": 2}')
    page.reload()
    expect(page.get_by_test_id("refresh-badge")).to_contain_text("Live")
    _take(page, f"operations-{theme}-{width}")
    page.goto(f"{server.url}/overview")
    expect(page.locator(".outcome-chart svg path").first).to_be_attached()
    _take(page, f"overview-{theme}-{width}")
    page.goto(f"{server.url}/operations/{run}")
    expect(page.get_by_test_id("refresh-badge")).to_contain_text("Live")
    _take(page, f"run-{theme}-{width}")
    page.goto(f"{server.url}/tenants")
    expect(page.get_by_text("contoso", exact=True)).to_be_visible()
    _take(page, f"tenants-{theme}-{width}")
    _open_ready_pack(page, server)
    _take(page, f"review-pack-{theme}-{width}")
    context.close()
    server.finish(run)


def _open_ready_pack(page: Page, server: Server) -> None:
    """A real pack, asked for by the first who comes along."""
    page.goto(f"{server.url}/tenants/contoso")
    card = page.get_by_test_id("review-pack-card")
    expect(card).to_be_visible()
    if card.get_attribute("data-status") == "none":
        page.get_by_test_id("generate-pack").click()
        page.get_by_test_id("confirm").click()
    expect(card).to_have_attribute("data-status", "ready", timeout=60_000)
    expect(page.get_by_test_id("confirm-dialog")).to_have_count(0)


def _tell(
    server: Server, run: int, age: float, action: str, actor: int | None = None, details: str = "{}"
) -> None:
    server.execute(
        "INSERT INTO audit_entry (at, actor_user_id, action, object_type, object_id, details) "
        "VALUES (?, ?, ?, 'operation_run', ?, ?)",
        _ago(age),
        actor,
        f"run.{action}",
        run,
        details,
    )


def _ago(seconds: float) -> str:
    return text_time(datetime.now(UTC) - timedelta(seconds=seconds))


def _take(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
