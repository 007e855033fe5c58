"""The card of a tenant's review pack, as a person has it in front of them."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.server import Server, text_time
from tests.waiting import wait_until

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
A_TICK = 14_000  # milliseconds: the pace of ten seconds, and some patience


@pytest.fixture(autouse=True)
def _a_tenant_without_packs(server: Server) -> Iterator[None]:
    yield
    active = "SELECT count(*) FROM operation_run WHERE status!='completed' AND runner='worker'"
    wait_until(lambda: server.count(active) == 0, 40)
    server.execute("DELETE FROM review_pack")


def ticks(server: Server, surface: str = "review_pack") -> float:
    return server.metric("stillwatch_poll_ticks_total", surface=surface)


def open_tenant(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tenants/contoso")
    expect(page.get_by_test_id("review-pack-card")).to_be_visible()


def expect_card(page: Page, status: str, within: float = 5000) -> None:
    card = page.get_by_test_id("review-pack-card")
    expect(card).to_have_attribute("data-status", status, timeout=within)


def expect_badge(page: Page, reason: str, interval: str) -> None:
    badge = page.locator('[data-testid=refresh-badge][data-surface="review_pack"]')
    expect(badge).to_have_attribute("data-reason", reason)
    expect(badge).to_have_attribute("data-interval", interval)


def show_again(page: Page, chromium: BrowserContext) -> None:
    """Look at something else, and come back."""
    other = chromium.new_page()
    other.bring_to_front()
    wait_until(lambda: page.evaluate("document.visibilityState") == "hidden", 5)
    page.bring_to_front()
    other.close()


def from_now(**span: float) -> str:
    return text_time(datetime.now(UTC) + timedelta(**span))


def add_ready(server: Server, **columns: object) -> int:
    made = {
        "generated_at": from_now(),
        "expires_at": from_now(days=30),
        "file_size": 1_234_567,
        "sha256": SHA,
        **columns,
    }
    return server.add_pack("ready", **made)


def test_the_card_follows_a_pack_from_nothing_to_ready(
    page: Page, server: Server, chromium: BrowserContext
) -> None:
    open_tenant(page, server)
    expect_card(page, "none")
    expect_badge(page, "none", "")

    pack = server.add_pack("queued", "queued")
    show_again(page, chromium)
    expect_card(page, "queued", A_TICK)
    expect_badge(page, "live", "10")
    expect(page.get_by_test_id("generate-pack")).to_have_count(0)

    server.change_pack(pack, status="generating", summary='{"stage": "audit", "share": 0.4}')
    expect_card(page, "generating", A_TICK)
    expect(page.get_by_test_id("pack-progress")).to_contain_text("Step 2 of 3")

    server.change_pack(
        pack,
        status="ready",
        file_size=1_234_567,
        sha256=SHA,
        generated_at=from_now(),
        expires_at=from_now(days=30),
    )
    show_again(page, chromium)
    expect_card(page, "ready", A_TICK)
    expect_badge(page, "terminal", "")
    expect(page.get_by_test_id("download-pack")).to_have_attribute(
        "href", f"/review-packs/{pack}/download"
    )


def test_the_badge_says_which_version_is_shown(page: Page, server: Server) -> None:
    add_ready(server, updated_at="2026-11-24 12:00:00.000007")
    open_tenant(page, server)

    badge = page.locator('[data-surface="review_pack"]')
    expect(badge).to_have_attribute("data-version", "1795521600000007")


def test_a_ready_card_is_silent_while_the_list_beside_it_is_not(page: Page, server: Server) -> None:
    add_ready(server)
    run = server.add_run(age=300, tenant_id=1)
    open_tenant(page, server)
    expect_badge(page, "terminal", "")
    of_card, of_list = ticks(server), ticks(server, "run_list")

    wait_until(lambda: ticks(server, "run_list") > of_list, A_TICK / 1000)

    assert ticks(server) == of_card
    server.finish(run)


def test_a_pack_expires_before_one_s_eyes_and_nothing_is_read_for_it(
    page: Page, server: Server
) -> None:
    add_ready(server, expires_at=from_now(seconds=4))
    open_tenant(page, server)
    expect_card(page, "ready")
    expect(page.locator("time-left")).to_be_visible()
    before = ticks(server)

    expect_card(page, "expired", 8000)

    expect_badge(page, "expired", "")
    expect(page.get_by_test_id("download-pack")).to_have_count(0)
    expect(page.get_by_test_id("generate-pack")).to_have_text("Generate again")
    assert ticks(server) == before


def test_nothing_is_read_under_the_dialog_and_closing_it_reads_once(
    page: Page, server: Server
) -> None:
    open_tenant(page, server)
    page.get_by_test_id("generate-pack").click()
    expect(page.get_by_test_id("confirm-dialog")).to_be_visible()
    server.add_pack("generating", "running")
    before = ticks(server)

    page.keyboard.press("Escape")

    expect_card(page, "generating")
    expect_badge(page, "live", "10")
    assert ticks(server) == before + 1


def test_somebody_else_s_pack_is_noticed_by_refreshing_by_hand(page: Page, server: Server) -> None:
    """POLICY.md, case 21."""
    open_tenant(page, server)
    expect_badge(page, "none", "")
    server.add_pack("queued", "queued")
    before = ticks(server)

    page.get_by_role("button", name="Refresh the review pack").click()

    expect_card(page, "queued")
    expect_badge(page, "live", "10")
    assert ticks(server) == before + 1


def test_a_pack_is_asked_for_watched_and_fetched(page: Page, server: Server) -> None:
    """POLICY.md, case 20: the own action is seen at once."""
    open_tenant(page, server)
    page.get_by_test_id("generate-pack").click()
    page.get_by_test_id("confirm").dblclick()
    expect(page.get_by_test_id("review-pack-card")).not_to_have_attribute("data-status", "none")
    expect(page.get_by_test_id("confirm-dialog")).to_be_hidden()

    expect_card(page, "ready", 40_000)
    expect_badge(page, "terminal", "")
    href = page.get_by_test_id("download-pack").get_attribute("href")
    file = page.request.get(f"{server.url}{href}").body()

    digest = page.get_by_test_id("pack-digest").get_attribute("title")
    assert hashlib.sha256(file).hexdigest() == digest
    assert server.count("SELECT count(*) FROM review_pack") == 1


def test_trying_again_begins_with_what_was_asked_for_and_resumes(
    page: Page, server: Server
) -> None:
    failed = server.add_pack("failed", "completed")
    server.execute(
        "UPDATE operation_run SET outcome='failed', failure_summary=? WHERE id = "
        "(SELECT operation_run_id FROM review_pack WHERE id=?)",
        '[{"code": "no_space", "message": "The disk is full.", "count": 1}]',
        failed,
    )
    open_tenant(page, server)
    expect(page.get_by_test_id("pack-failure")).to_contain_text("The disk is full.")

    page.get_by_test_id("generate-pack").click()
    expect(page.get_by_test_id("pack-first-day")).to_have_value("2026-10-01")
    page.get_by_test_id("confirm").click()

    expect(page.get_by_test_id("review-pack-card")).not_to_have_attribute("data-status", "failed")
    expect(page.get_by_test_id("earlier-pack")).to_have_attribute("data-status", "failed")


def test_a_pack_that_its_ended_run_left_behind_can_be_asked_for_again(
    page: Page, server: Server
) -> None:
    left_behind = server.add_pack("generating", "completed")
    open_tenant(page, server)

    page.get_by_test_id("generate-pack").click()
    expect(page.get_by_test_id("pack-first-day")).to_have_value("2026-10-01")
    page.get_by_test_id("confirm").click()

    expect(page.get_by_test_id("earlier-pack")).to_have_attribute("data-status", "failed")
    assert server.count("SELECT max(id) FROM review_pack") > left_behind


def test_the_second_of_two_people_gets_the_pack_of_the_first(page: Page, server: Server) -> None:
    open_tenant(page, server)
    page.get_by_test_id("generate-pack").click()
    expect(page.get_by_test_id("confirm")).to_be_visible()
    first = server.add_pack("generating", "running")

    page.get_by_test_id("confirm").click()

    expect(page.get_by_text("A pack is already being generated for this tenant")).to_be_visible()
    expect_card(page, "generating")
    assert server.count("SELECT count(*) FROM review_pack") == 1
    assert server.count("SELECT max(id) FROM review_pack") == first


def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(page: Page, server: Server) -> None:
    open_tenant(page, server)
    page.get_by_test_id("generate-pack").click()
    page.get_by_role("combobox", name="Period").click()
    page.get_by_role("option", name="From one day to another").click()
    page.get_by_label("First day").fill("2026-02-01")
    page.get_by_label("Last day").fill("2026-01-01")
    for name in ("Runs", "Failures", "Access", "Audit trail", "Earlier packs"):
        page.get_by_role("checkbox", name=name, exact=True).click()
    page.get_by_role("switch", name="Include failure details").click()

    page.get_by_test_id("confirm").click()

    expect(page.get_by_text("The last day is before the first.")).to_be_visible()
    expect(page.get_by_text("Choose at least one section.")).to_be_visible()
    expect(page.get_by_label("First day")).to_have_value("2026-02-01")
    expect(page.get_by_role("switch", name="Include failure details")).to_be_checked()
    assert server.count("SELECT count(*) FROM review_pack") == 0

    page.get_by_role("checkbox", name="Access", exact=True).click()
    page.get_by_label("Last day").fill("2026-02-28")
    page.get_by_test_id("confirm").click()

    expect(page.get_by_test_id("confirm-dialog")).to_be_hidden()
    expect(page.get_by_text("1 – 28 Feb 2026")).to_be_visible()
    expect(page.get_by_text("Access", exact=True)).to_be_visible()


def test_a_viewer_sees_the_card_without_what_is_not_theirs_to_do(
    page: Page, server: Server, chromium: BrowserContext
) -> None:
    add_ready(server)
    chromium.clear_cookies()
    sign_in(page, server, "contoso-viewer")

    open_tenant(page, server)

    expect_card(page, "ready")
    expect(page.get_by_test_id("generate-pack")).to_have_count(0)
    expect(page.get_by_test_id("download-pack")).to_have_count(0)
    expect(page.get_by_test_id("pack-downloads")).to_have_count(0)


def test_an_outsider_finds_nothing_there(
    page: Page, server: Server, chromium: BrowserContext
) -> None:
    chromium.clear_cookies()
    sign_in(page, server, "outsider")

    answer = page.goto(f"{server.url}/tenants/contoso")

    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_test_id("review-pack-card")).to_have_count(0)


def test_an_auditor_sees_who_has_downloaded_it_and_what_came_before(
    page: Page, server: Server, chromium: BrowserContext
) -> None:
    for _ in range(5):
        server.add_pack("expired")
    pack = add_ready(server)
    server.execute(
        "INSERT INTO audit_entry (at, workspace_id, actor_user_id, action, object_type, object_id) "
        "VALUES (?, 1, 1, 'pack.downloaded', 'review_pack', ?)",
        from_now(),
        pack,
    )
    chromium.clear_cookies()
    sign_in(page, server, "auditor")

    open_tenant(page, server)

    expect(page.get_by_test_id("pack-downloads")).to_contain_text("Olivia Owen")
    expect(page.get_by_test_id("earlier-pack")).to_have_count(3)
    page.get_by_role("button", name="Show 2 more").click()
    expect(page.get_by_test_id("earlier-pack")).to_have_count(5)
    expect(page.get_by_test_id("generate-pack")).to_have_count(0)
    expect(page.get_by_test_id("download-pack")).to_be_visible()


def test_what_a_person_may_not_do_any_more_is_not_offered_when_shown_again(
    page: Page, server: Server, chromium: BrowserContext
) -> None:
    add_ready(server)
    open_tenant(page, server)
    expect(page.get_by_test_id("generate-pack")).to_be_visible()

    server.execute("UPDATE membership SET role='auditor' WHERE user_id=2")
    try:
        show_again(page, chromium)
        expect(page.get_by_test_id("generate-pack")).to_have_count(0)
        expect(page.get_by_test_id("download-pack")).to_be_visible()
    finally:
        server.execute("UPDATE membership SET role='operator' WHERE user_id=2")


def test_a_card_opened_in_the_background_waits_until_it_is_shown(
    page: Page, server: Server, chromium: BrowserContext
) -> None:
    server.add_pack("generating", "running")
    before = ticks(server)
    with chromium.expect_page() as opening:
        page.evaluate(
            """url => { const a = document.createElement('a'); a.href = url; a.target = '_blank';
            a.rel = 'noopener'; document.body.append(a);
            a.dispatchEvent(new MouseEvent('click', {ctrlKey: true})); }""",
            f"{server.url}/tenants/contoso",
        )
    tab = opening.value
    page.bring_to_front()
    expect_badge(tab, "hidden", "")
    assert ticks(server) == before

    tab.bring_to_front()

    wait_until(lambda: ticks(server) == before + 1, 3)
    expect_badge(tab, "live", "10")


def test_the_keyboard_reaches_the_dialog_and_leaves_it(page: Page, server: Server) -> None:
    open_tenant(page, server)
    page.get_by_role("button", name="Generate review pack").focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Period")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_test_id("confirm-dialog")).to_be_hidden()
    expect(page.get_by_test_id("generate-pack")).to_be_focused()


def test_only_a_new_status_is_read_out(page: Page, server: Server) -> None:
    pack = server.add_pack("generating", "running", summary='{"stage": "runs", "share": 0.1}')
    open_tenant(page, server)
    said = page.get_by_test_id("announcements")
    server.change_pack(pack, summary='{"stage": "audit", "share": 0.1}')
    refresh = page.get_by_role("button", name="Refresh the review pack")
    refresh.click()
    expect(page.get_by_test_id("pack-progress")).to_contain_text("Step 2 of 3", timeout=A_TICK)
    expect(said).to_be_empty()

    server.change_pack(pack, status="failed")
    refresh.click()

    expect(said).to_have_text("Review pack: Failed.", timeout=A_TICK)


def test_the_card_leaves_the_console_empty(
    page: Page, server: Server, console_messages: list[str]
) -> None:
    add_ready(server)
    open_tenant(page, server)
    page.get_by_test_id("generate-pack").click()
    expect(page.get_by_test_id("confirm-dialog")).to_be_visible()
    page.get_by_test_id("dismiss").click()
    expect(page.get_by_test_id("confirm-dialog")).to_be_hidden()

    assert console_messages == []
