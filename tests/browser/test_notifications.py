"""The bell, in a tab that asks for nothing more than it did."""

import re

from playwright.sync_api import Page, expect

from tests.browser.server import Server


def test_the_bell_rings_with_the_ticks_that_happen_anyway(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/operations")
    page.get_by_test_id("start-operation").click()
    page.get_by_test_id("tell-me").click()
    page.get_by_test_id("confirm").click()
    # The check reports what other tests have planted in the database they share with this one.
    is_over = re.compile("Succeeded|Partially succeeded")
    expect(page.get_by_test_id("run-status")).to_contain_text(is_over, timeout=20_000)

    page.goto(f"{server.url}/notifications")
    bell, item = page.get_by_test_id("bell"), page.get_by_test_id("notification-item").first
    expect(page.get_by_test_id("unread-count")).to_have_text("1")
    expect(bell).to_have_attribute("aria-label", "Notifications, 1 unread")
    item.get_by_test_id("mark-read").click()

    expect(page.get_by_test_id("unread-count")).to_have_count(0)
    expect(bell).to_have_attribute("aria-label", "Notifications")
    item.get_by_role("link").click()
    expect(page.get_by_test_id("tell-me")).to_be_hidden()
