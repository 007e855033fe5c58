"""The dialog that starts work: its form, its messages, and the run that it leads to."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.plugins import install

SOURCE = """
@dataclass
class Options:
    source: str = option(hint="Which feed")
    count: int = option(5, least=1, most=9)
    mode: Literal["full", "quick"] = option("quick")
    groups: list[str] = option([])
    rehearse: bool = option(True, title="Only rehearse")

@operation("feed.import", "Import a feed", scope=Scope.TENANT, options=Options)
def work(run: Run, options: Options) -> None:
    "Takes a feed in."
    run.expect(options.count)
    run.count(succeeded=options.count)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A console with a plug-in that works and one that does not."""
    site = tmp_path_factory.mktemp("site")
    install(site, "feeds", {"it": "feeds:work"}, SOURCE)
    install(site, "broken", {"it": "broken:work"}, "raise RuntimeError('boom')")
    server = Server(tmp_path_factory.mktemp("console"), PYTHONPATH=str(site))
    server.start()
    yield server
    server.stop()


def open_dialog(page: Page) -> None:
    page.get_by_test_id("start-operation").click()
    expect(page.get_by_test_id("confirm-dialog")).to_be_visible()


def choose(page: Page, field: str, choice: str) -> None:
    page.get_by_test_id(field).click()
    page.locator(".q-menu").get_by_role("option", name=choice).click()


def option(page: Page, name: str) -> str:
    return page.get_by_test_id(f"option-{name}").input_value()


def test_the_cursor_begins_in_the_first_field(page: Page) -> None:
    open_dialog(page)

    expect(page.get_by_role("dialog").get_by_role("combobox", name="Operation")).to_be_focused()


def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_lost(page: Page) -> None:
    open_dialog(page)
    choose(page, "operation-type", "Import a feed")
    page.get_by_test_id("option-count").fill("50")
    page.get_by_test_id("option-groups").fill("admins\nstaff")

    page.get_by_test_id("confirm").click()

    dialog = page.get_by_test_id("confirm-dialog")
    expect(dialog.get_by_role("alert")).to_have_text(
        ["Choose a tenant.", "Please fill this in.", "At most 9."]
    )
    expect(page.get_by_role("dialog").get_by_role("combobox", name="Tenant")).to_be_focused()
    assert (option(page, "count"), option(page, "groups")) == ("50", "admins\nstaff")


def test_a_message_goes_as_its_field_is_corrected(page: Page) -> None:
    open_dialog(page)
    choose(page, "operation-type", "Import a feed")
    choose(page, "operation-tenant", "Contoso")
    page.get_by_test_id("option-count").fill("50")
    page.get_by_test_id("option-count").press("Enter")
    alerts = page.get_by_test_id("confirm-dialog").get_by_role("alert")
    expect(alerts).to_have_text(["Please fill this in.", "At most 9."])
    expect(page.get_by_test_id("option-source")).to_be_focused()

    page.get_by_test_id("option-source").fill("hr")

    expect(alerts).to_have_text(["At most 9."])


def test_filled_in_it_runs_and_its_page_shows_the_options(page: Page) -> None:
    open_dialog(page)
    choose(page, "operation-type", "Import a feed")
    choose(page, "operation-tenant", "Contoso")
    page.get_by_test_id("option-source").fill("hr <feed>")
    choose(page, "option-mode", "full")
    page.get_by_test_id("option-groups").fill("admins\nstaff")
    page.get_by_test_id("option-rehearse").click()
    page.get_by_test_id("option-count").fill("7")

    page.get_by_test_id("option-count").press("Enter")

    expect(page.get_by_test_id("run-status")).to_have_attribute(
        "data-status", "succeeded", timeout=20_000
    )
    expect(page.get_by_test_id("run-counts")).to_contain_text("7 of 7 processed")
    expect(page.locator("dl.facts:not(.inline) dt")).to_have_text(
        ["Source", "Count", "Mode", "Groups", "Only rehearse"]
    )
    expect(page.locator("dl.facts:not(.inline) dd")).to_have_text(
        ["hr <feed>", "7", "full", "admins\nstaff", "no"]
    )


def test_what_was_filled_in_survives_a_look_at_another_operation(page: Page) -> None:
    open_dialog(page)
    choose(page, "operation-type", "Import a feed")
    page.get_by_test_id("option-source").fill("hr")
    choose(page, "operation-type", "Check the database")
    expect(page.get_by_test_id("option-source")).to_be_hidden()
    expect(page.get_by_test_id("operation-tenant")).to_be_hidden()

    choose(page, "operation-type", "Import a feed")

    expect(page.get_by_test_id("option-source")).to_have_value("hr")


def test_an_option_of_a_built_in_operation_is_its_own(page: Page) -> None:
    open_dialog(page)
    choose(page, "option-depth", "full")
    page.get_by_test_id("confirm").click()

    expect(page.get_by_test_id("run-status")).to_have_attribute(
        "data-status", "succeeded", timeout=20_000
    )
    expect(page.locator("dl.facts:not(.inline) dd").last).to_have_text("full")


def test_a_form_leaves_the_console_empty(page: Page, console_messages: list[str]) -> None:
    open_dialog(page)
    choose(page, "operation-type", "Import a feed")
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id("confirm-dialog").get_by_role("alert").first).to_be_visible()

    assert console_messages == []


def test_a_broken_plug_in_is_one_line_in_the_log(server: Server) -> None:
    lines = [line for line in server.log.read_text().splitlines() if "broken 1.0" in line]

    assert [json.loads(line)["event"] for line in lines] == [
        "Operation plug-in 'it' from broken 1.0 is left out: RuntimeError: boom"
    ]
