"""A list that is kept under a name and come back to."""

from playwright.sync_api import Page, expect

from tests.browser.server import Server


def test_a_view_is_kept_shared_come_back_to_and_deleted(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/operations?outcome=failed")
    menu, link = page.get_by_test_id("views-menu"), page.get_by_test_id("view-link")
    menu.locator("summary").click()
    page.get_by_test_id("save-view").click()
    page.get_by_test_id("confirm").click()
    expect(page.get_by_text("Give the view a name.")).to_be_visible()
    page.get_by_test_id("view-name").fill("What broke")
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id("confirm-dialog")).to_have_count(0)

    page.goto(f"{server.url}/operations")
    menu.locator("summary").click()
    link.get_by_text("What broke").click()
    expect(page).to_have_url(f"{server.url}/operations?outcome=failed")

    menu.locator("summary").click()
    page.get_by_test_id("share-view").click()
    page.get_by_test_id("confirm").click()
    menu.locator("summary").click()
    expect(link).to_contain_text("Shared with the workspace")

    page.get_by_test_id("delete-view").click()
    page.get_by_test_id("confirm").click()
    menu.locator("summary").click()
    expect(link).to_have_count(0)
