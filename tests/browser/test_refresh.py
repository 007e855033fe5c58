"""What only a real browser can show: real tabs, real dialogs, a real socket that breaks."""

import re
import signal

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.server import Server
from tests.waiting import wait_until


def reads(server: Server) -> float:
    return server.metric("stillwatch_snapshot_reads_total", kind="run")


def ticks(server: Server) -> float:
    return server.metric("stillwatch_poll_ticks_total", surface="run_detail")


def pollers(server: Server) -> float:
    return server.metric("stillwatch_pollers", surface="run_detail", interval="1")


def open_run(page: Page, server: Server, run_id: int) -> None:
    page.goto(f"{server.url}/operations/{run_id}")
    expect(page.get_by_test_id("refresh-badge")).to_be_visible()


def expect_badge(page: Page, reason: str, interval: str) -> None:
    badge = page.get_by_test_id("refresh-badge")
    expect(badge).to_have_attribute("data-reason", reason)
    expect(badge).to_have_attribute("data-interval", interval)


def reads_during(page: Page, server: Server, seconds: float) -> float:
    """How many reads one bounded wait saw."""
    before = reads(server)
    page.wait_for_timeout(seconds * 1000)
    return reads(server) - before


def test_a_young_run_is_read_each_second_and_says_so(page: Page, server: Server) -> None:
    run = server.add_run(age=0)
    open_run(page, server, run)
    expect_badge(page, "live", "1")
    before = ticks(server)

    wait_until(lambda: ticks(server) >= before + 2, 5)

    expect(page.get_by_test_id("refresh-badge")).to_contain_text("Live · every")


def test_finishing_is_shown_and_then_all_is_silent(page: Page, server: Server) -> None:
    run = server.add_run(age=0)
    open_run(page, server, run)
    expect_badge(page, "live", "1")

    server.finish(run)

    expect_badge(page, "terminal", "")
    expect(page.get_by_test_id("run-status")).to_contain_text("Succeeded")
    expect(page.get_by_test_id("refresh-badge")).to_contain_text("Finished")
    assert reads_during(page, server, 3) == 0


def test_a_hidden_tab_reads_nothing_and_reads_at_once_when_shown(
    page: Page, server: Server, chromium: BrowserContext
) -> None:
    run = server.add_run(age=0)
    open_run(page, server, run)
    expect_badge(page, "live", "1")
    other = chromium.new_page()
    other.bring_to_front()
    wait_until(lambda: page.evaluate("document.visibilityState") == "hidden", 5)
    wait_until(lambda: pollers(server) == 0, 5)

    assert reads_during(other, server, 3) == 0

    before = reads(server)
    page.bring_to_front()
    wait_until(lambda: reads(server) > before, 3)


def test_a_tab_opened_in_the_background_waits_until_it_is_shown(
    page: Page, server: Server, chromium: BrowserContext
) -> None:
    run = server.add_run(age=300)
    with chromium.expect_page() as opening:
        page.evaluate(
            """url => { const a = document.createElement('a'); a.href = url; a.target = '_blank';
            a.rel = 'noopener'; document.body.append(a);
            a.dispatchEvent(new MouseEvent('click', {ctrlKey: true})); }""",
            f"{server.url}/operations/{run}",
        )
    tab = opening.value
    page.bring_to_front()
    expect_badge(tab, "hidden", "")
    before = ticks(server)

    tab.bring_to_front()

    wait_until(lambda: ticks(server) == before + 1, 3)
    expect_badge(tab, "live", "10")


def test_an_open_dialog_stops_reading_and_closing_it_reads_once(page: Page, server: Server) -> None:
    run = server.add_run(age=300)
    open_run(page, server, run)
    expect_badge(page, "live", "10")
    page.get_by_test_id("run-cancel").click()
    expect(page.get_by_test_id("confirm-dialog")).to_be_visible()
    expect_badge(page, "dialog", "")
    before = ticks(server)

    page.keyboard.press("Escape")

    expect(page.get_by_test_id("confirm-dialog")).to_be_hidden()
    expect_badge(page, "live", "10")
    wait_until(lambda: ticks(server) == before + 1, 3)


def test_confirming_after_the_run_finished_is_refused_and_does_nothing(
    page: Page, server: Server
) -> None:
    """POLICY.md, case 11."""
    run = server.add_run(age=300)
    open_run(page, server, run)
    expect_badge(page, "live", "10")
    page.get_by_test_id("run-cancel").click()
    expect(page.get_by_test_id("confirm")).to_be_visible()
    server.finish(run)

    page.get_by_test_id("confirm").click()

    expect(page.get_by_text("This run finished while you were deciding")).to_be_visible()
    expect_badge(page, "terminal", "")
    expect(page.get_by_test_id("run-status")).to_contain_text("Succeeded")


def test_the_page_comes_back_by_itself_after_the_server_was_killed(
    page: Page, server: Server
) -> None:
    """POLICY.md, case 24."""
    run = server.add_run(age=300)
    open_run(page, server, run)
    expect_badge(page, "live", "10")

    server.stop(signal.SIGKILL)
    expect_badge(page, "disconnected", "")
    expect(page.get_by_test_id("refresh-badge")).to_contain_text("Reconnecting")
    server.start()

    expect(page.get_by_test_id("refresh-badge")).to_have_attribute(
        "data-reason", "live", timeout=20_000
    )
    expect_badge(page, "live", "10")


def test_a_healthy_page_leaves_the_console_empty(
    page: Page, server: Server, console_messages: list[str]
) -> None:
    run = server.add_run(age=0)
    open_run(page, server, run)
    server.finish(run)
    expect_badge(page, "terminal", "")
    page.goto(f"{server.url}/tenants")
    page.goto(f"{server.url}/operations")

    assert console_messages == []


def test_focus_survives_a_changed_tick(page: Page, server: Server) -> None:
    """POLICY.md, case 26."""
    run = server.add_run(age=0)
    open_run(page, server, run)
    expect_badge(page, "live", "1")
    page.get_by_test_id("run-cancel").focus()

    server.execute(
        "UPDATE operation_run SET summary_counts=?, version=version+1 WHERE id=?",
        '{"total": 10, "processed": 4, "succeeded": 4, "failed": 0, "skipped": 0}',
        run,
    )

    expect(page.get_by_test_id("run-counts")).to_contain_text("4")
    assert page.evaluate("document.activeElement.dataset.testid") == "run-cancel"


def test_signing_out_ends_every_page_of_the_sign_in_at_once(
    page: Page, server: Server, chromium: BrowserContext
) -> None:
    run = server.add_run(age=300)
    open_run(page, server, run)
    second = chromium.new_page()
    second.goto(f"{server.url}/operations")

    second.get_by_test_id("sign-out").click()

    expect(page.get_by_test_id("run-status")).to_be_hidden()
    expect(page.get_by_text("You are signed out")).to_be_visible()


def test_new_runs_are_announced_and_nothing_moves(page: Page, server: Server) -> None:
    server.add_run(age=1)
    page.goto(f"{server.url}/operations")
    expect_badge(page, "live", "10")
    first = page.get_by_test_id("run-row").first.get_attribute("data-run-id")

    server.add_run(age=1)
    server.add_run(age=1)

    expect(page.get_by_test_id("new-runs")).to_have_text("2 new runs", timeout=15_000)
    assert page.get_by_test_id("run-row").first.get_attribute("data-run-id") == first

    page.get_by_test_id("new-runs").click()
    expect(page.get_by_test_id("run-row").first).not_to_have_attribute("data-run-id", first or "")


def test_a_revoked_member_loses_the_page_at_the_next_tick(page: Page, server: Server) -> None:
    """POLICY.md, case 22."""
    run = server.add_run(age=0)
    open_run(page, server, run)
    expect_badge(page, "live", "1")

    server.execute("UPDATE membership SET revoked_at=created_at WHERE user_id=2")
    try:
        expect(page.locator("#content").get_by_text("There is nothing here")).to_be_visible()
        expect(page.get_by_test_id("run-status")).to_be_hidden()
        assert reads_during(page, server, 2) == 0
    finally:
        server.execute("UPDATE membership SET revoked_at=NULL WHERE user_id=2")


def test_an_ended_session_gives_one_notice_and_no_loop(page: Page, server: Server) -> None:
    """POLICY.md, case 23."""
    run = server.add_run(age=0)
    open_run(page, server, run)
    expect_badge(page, "live", "1")

    server.execute("UPDATE user_session SET revoked_at=created_at WHERE revoked_at IS NULL")

    expect(page.get_by_text("You are signed out")).to_have_count(1)
    assert reads_during(page, server, 2) == 0


def test_starting_real_work_is_watched_to_its_end(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/operations")
    page.get_by_test_id("start-operation").click()
    page.get_by_test_id("confirm").dblclick()

    # The check reports what other tests have planted in the database they share with this one.
    expect(page.get_by_test_id("run-status")).to_have_attribute(
        "data-status", re.compile("succeeded|partial"), timeout=20_000
    )
    expect_badge(page, "terminal", "")
    expect(page.get_by_test_id("timeline-entry")).to_contain_text(
        ["Requested by Oskar Pereira", "Taken by worker", "Ended by worker"]
    )
    run_id = page.url.rpartition("/")[2]
    page.goto(f"{server.url}/operations")
    expect(page.get_by_test_id("run-row").first).to_have_attribute("data-run-id", run_id)


def test_a_failed_run_is_started_again_as_a_new_one_that_is_watched(
    page: Page, server: Server
) -> None:
    """POLICY.md, case 20."""
    run = server.add_run(age=30, type="database.check", runner="worker")
    server.finish(run, "failed")
    open_run(page, server, run)
    expect_badge(page, "terminal", "")

    page.get_by_test_id("run-retry").click()
    page.get_by_test_id("confirm").click()

    expect(page).not_to_have_url(f"{server.url}/operations/{run}")
    expect(page.get_by_test_id("run-status")).to_be_visible()
    expect(page.get_by_text(f"run {run},")).to_be_visible()


def test_what_a_person_may_not_do_any_more_is_not_offered_any_more(
    page: Page, server: Server
) -> None:
    run = server.add_run(age=0)
    open_run(page, server, run)
    expect(page.get_by_test_id("run-cancel")).to_be_visible()

    server.execute("UPDATE membership SET role='auditor' WHERE user_id=2")
    try:
        expect(page.get_by_test_id("run-cancel")).to_be_hidden()
        expect(page.get_by_test_id("run-status")).to_be_visible()
    finally:
        server.execute("UPDATE membership SET role='operator' WHERE user_id=2")
