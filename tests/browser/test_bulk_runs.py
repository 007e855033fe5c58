"""Runs that are selected in the list and dealt with together."""

from playwright.sync_api import Page, expect

from tests.browser.server import Server


def test_a_selection_outlives_refreshing_and_leads_to_a_result_for_each(
    page: Page, server: Server
) -> None:
    runs = [server.add_run("queued", type="sample.bulk", runner="external") for _ in range(3)]
    page.goto(f"{server.url}/operations?type=sample.bulk")
    boxes = page.get_by_test_id("run-select")
    boxes.nth(0).focus()
    page.keyboard.press("Space")
    boxes.nth(2).check()
    expect(page.get_by_test_id("bulk-cancel")).to_have_text("Cancel 2")

    server.finish(runs[2], "succeeded")
    rows = page.get_by_test_id("run-row")
    expect(rows.nth(0)).to_have_attribute("data-status", "succeeded", timeout=20_000)
    expect(page.get_by_test_id("bulk-bar")).to_contain_text("2 selected")
    expect(page.get_by_test_id("bulk-cancel")).to_have_text("Cancel 1")
    page.reload()
    expect(boxes.nth(0)).to_be_checked()
    expect(boxes.nth(1)).not_to_be_checked()
    page.get_by_test_id("bulk-cancel").click()
    page.get_by_test_id("confirm").click()

    item = page.get_by_test_id("bulk-item")
    expect(item).to_have_attribute("data-status", "done", timeout=20_000)
    expect(item).to_contain_text("Cancelled")
    expect(page.get_by_test_id("run-status")).to_contain_text("Succeeded")
    expect(page.get_by_test_id("run-retry")).to_be_hidden()
    assert server.count(
        "SELECT COUNT(*) FROM operation_run WHERE id=? AND outcome='cancelled'", runs[0]
    )
