"""Hands on the keys, eyes closed: what can be reached, what is read out, and in which language."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.waiting import wait_until

A_TICK = 8_000


@pytest.fixture(autouse=True)
def keys_as_they_were(page: Page) -> Iterator[None]:
    yield
    page.evaluate("localStorage.clear()")


def said(page: Page) -> list[str]:
    return page.get_by_test_id("announcements").locator("p").all_inner_texts()


def test_a_page_has_one_polite_voice_and_it_begins_silent(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tenants/contoso")

    expect(page.get_by_test_id("announcements")).to_be_attached()
    assert page.locator("[aria-live=polite], [role=status]:not([aria-live=off])").count() == 1
    assert said(page) == []


def test_a_change_is_read_out_once_and_a_tick_without_one_is_not(
    page: Page, server: Server
) -> None:
    run = server.add_run(age=5)
    page.goto(f"{server.url}/operations/{run}")
    expect(page.get_by_test_id("refresh-badge")).to_have_attribute("data-reason", "live")
    server.execute("UPDATE operation_run SET version=version+1 WHERE id=?", run)
    expect(page.get_by_test_id("refresh-badge")).to_have_attribute(
        "data-version", "2", timeout=A_TICK
    )
    assert said(page) == []

    server.finish(run, "failed")

    expect(page.get_by_test_id("run-status")).to_have_text("Failed", timeout=A_TICK)
    assert said(page) == [f"Run {run}: Failed."]


def test_the_first_thing_one_reaches_leads_past_the_navigation(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tenants")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="A. Datum")).to_be_focused()


def test_whatever_has_the_focus_shows_it(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tenants/contoso")
    page.get_by_test_id("generate-pack").wait_for()
    bare, last = [], ""

    for _ in range(25):
        page.keyboard.press("Tab")
        name, is_shown = page.evaluate(
            """() => {
                const one = document.activeElement;
                const drawn = [one, ...one.querySelectorAll("*")].flatMap(part =>
                    [null, "::before", "::after"].map(pseudo => getComputedStyle(part, pseudo)));
                return [one.outerHTML.slice(0, 120), drawn.some(style =>
                    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)];
            }"""
        )
        last = name
        if not is_shown and not name.startswith("<body"):
            bare.append(name)

    assert last
    assert bare == []


def test_the_sheet_opens_by_its_key_and_gives_the_focus_back(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/operations")
    start = page.get_by_test_id("start-operation")
    start.focus()

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    expect(page.get_by_test_id("refresh-badge")).to_have_attribute("data-reason", "dialog")
    page.keyboard.press("n")  # rests under a dialog
    page.keyboard.press("Escape")

    expect(sheet).to_be_hidden()
    expect(start).to_be_focused()
    expect(page.get_by_test_id("confirm-dialog")).to_have_count(0)


def test_the_focus_goes_round_in_a_dialog(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/operations")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Start operation")
    expect(dialog.get_by_role("combobox", name="Operation")).to_be_focused()

    for key in ("Tab",) * 6 + ("Shift+Tab",) * 6:
        page.keyboard.press(key)
        assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")


def test_letters_take_one_there_step_through_rows_and_rest_while_one_types(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.url}/tenants")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="A. Datum")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Control+g")
    page.keyboard.press("o")
    expect(page).to_have_url(f"{server.url}/tenants")

    page.keyboard.press("g")
    page.keyboard.press("o")

    expect(page).to_have_url(f"{server.url}/operations")


def test_a_refresh_is_asked_for_by_its_key(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/operations")
    expect(page.get_by_test_id("refresh-badge")).to_have_attribute("data-reason", "live")
    before = server.metric("stillwatch_poll_ticks_total", surface="run_list")

    page.keyboard.press("r")

    wait_until(lambda: server.metric("stillwatch_poll_ticks_total", surface="run_list") > before, 5)


def test_keys_of_one_letter_can_be_turned_off_for_good(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tenants")
    page.get_by_test_id("shortcuts").click()
    page.get_by_role("switch", name="Shortcuts of one key").uncheck()
    page.get_by_test_id("dismiss").click()
    page.reload()
    page.get_by_test_id("shortcuts").wait_for()

    page.keyboard.press("?")
    page.keyboard.press("g")
    page.keyboard.press("o")

    expect(page.get_by_test_id("shortcut-sheet")).to_have_count(0)
    expect(page).to_have_url(f"{server.url}/tenants")


def test_a_time_is_in_the_persons_zone_with_utc_and_its_age_on_hover(
    page: Page, server: Server
) -> None:
    run = server.add_run(age=7200)
    server.finish(run)
    page.goto(f"{server.url}/operations/{run}")
    time = page.get_by_test_id("timeline-entry").first.locator("time")

    time.hover()

    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC · 2 h ago", time.get_attribute("title")
    )
    expect(page.get_by_test_id("run-timeline")).to_contain_text("times in ")
    expect(page.locator(".zone")).to_contain_text("Times in ")


def test_the_zone_is_named_on_a_phone_below_the_page(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{server.url}/operations")
    expect(page.get_by_test_id("run-row").first).to_be_visible()
    expect(page.locator(".zone")).to_be_visible()

    zone, table = page.locator(".zone").bounding_box(), page.locator("#content").bounding_box()

    assert zone is not None
    assert table is not None
    assert table["y"] < zone["y"] < table["y"] + table["height"]


def test_a_page_speaks_the_language_that_was_chosen(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tenants?from=here")

    page.get_by_test_id("language-de").click()

    expect(page).to_have_url(f"{server.url}/tenants?from=here")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mandanten")
    page.goto(f"{server.url}/operations")
    expect(page.get_by_test_id("run-row").first).to_contain_text(re.compile(r"Sek\.|Min\."))
    page.get_by_test_id("language-en").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Operations")
