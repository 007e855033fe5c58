"""A list that is kept under a name and come back to."""

from playwright.sync_api import Page, expect

from tests.browser.server import Server


def test_a_list_is_kept_under_a_name_and_come_back_to(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/operations?outcome=failed")
    page.get_by_test_id("views").click()
    page.get_by_text("Save this list").click()
    page.get_by_test_id("view-name").fill("What broke")
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id("confirm-dialog")).to_have_count(0)

    page.goto(f"{server.url}/operations")
    page.get_by_test_id("views").click()
    page.get_by_text("What broke", exact=True).click()

    expect(page).to_have_url(f"{server.url}/operations?outcome=failed")
