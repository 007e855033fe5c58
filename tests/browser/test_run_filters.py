"""The filters of the operations list: by keyboard, in the address, whatever that says."""

from playwright.sync_api import Page, expect

from tests.browser.server import Server


def test_what_is_asked_for_is_in_an_address_that_can_be_shared(page: Page, server: Server) -> None:
    page.get_by_test_id("filter-text").fill("directory")
    page.get_by_test_id("filter-text").press("Enter")
    page.wait_for_url("**/operations?q=directory")
    page.locator('[data-testid="filter-status"][data-status="failed"]').press("Enter")
    page.wait_for_url("**/operations?outcome=failed&q=directory")
    expect(page.get_by_test_id("run-row").first).to_contain_text("directory")
    expect(page.locator('[data-testid="run-row"]:not([data-status="failed"])')).to_have_count(0)

    page.get_by_test_id("filter-clear").click()

    page.wait_for_url("**/operations")
    expect(page.get_by_test_id("filter-chips")).to_have_count(0)


def test_what_is_being_typed_survives_whatever_else_changes_on_the_page(page: Page) -> None:
    page.get_by_test_id("filter-text").fill("half a wo")
    page.get_by_test_id("filter-type").select_option("directory.sync")

    page.get_by_test_id("start-operation").click()
    page.get_by_test_id("dismiss").click()
    expect(page.get_by_test_id("confirm-dialog")).to_have_count(0)

    expect(page.get_by_test_id("filter-text")).to_have_value("half a wo")
    expect(page.get_by_test_id("filter-type")).to_have_value("directory.sync")


def test_a_broken_address_is_explained_and_the_list_still_works(
    page: Page, server: Server, console_messages: list[str]
) -> None:
    page.goto(
        f"{server.url}/operations?outcome=%3Cscript%3E&from=2026-02-01&until=2026-01-01"
        f"&tenant=nowhere&older=x&q=%00&stauts=1&type={'x' * 3000}"
    )

    expect(page.get_by_test_id("filter-flaws").locator("li")).to_have_count(7)
    expect(page.get_by_test_id("filter-flaws")).to_contain_text("<script>")
    expect(page.get_by_test_id("run-row").first).to_be_visible()
    assert console_messages == []


def test_on_a_phone_the_form_is_folded_up(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{server.url}/operations")
    expect(page.get_by_test_id("filter-text")).to_be_hidden()

    page.get_by_test_id("filter-fold").press("Enter")

    expect(page.get_by_test_id("filter-text")).to_be_visible()


def test_the_key_for_the_search_field_unfolds_the_form(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 640, "height": 800})  # as a magnified page has it
    page.goto(f"{server.url}/operations")
    expect(page.get_by_test_id("filter-text")).to_be_hidden()
    expect(page.get_by_test_id("run-row").first).to_be_visible()

    page.keyboard.press("/")

    expect(page.get_by_test_id("filter-text")).to_be_focused()
