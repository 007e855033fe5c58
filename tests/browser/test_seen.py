"""What a person sees of a run that waits, falls silent, or ends, without loading the page again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.server import Server, text_time
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A console that has no worker of its own, so that what is queued stays queued."""
    server = Server(tmp_path_factory.mktemp("idle"), STILLWATCH_WORKERS="0")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def tab(chromium: BrowserContext, idle: Server) -> Iterator[Page]:
    chromium.clear_cookies()
    tab = chromium.new_page()
    sign_in(tab, idle, "operator")
    yield tab
    tab.close()


def ago(seconds: float) -> str:
    return text_time(datetime.now(UTC) - timedelta(seconds=seconds))


def see_worker(server: Server, seconds_ago: float) -> None:
    server.execute("DELETE FROM worker")
    server.execute("INSERT INTO worker (name, seen_at) VALUES ('w1', ?)", ago(seconds_ago))


def open_run(tab: Page, server: Server, run_id: int) -> None:
    tab.goto(f"{server.url}/operations/{run_id}")
    expect(tab.get_by_test_id("refresh-badge")).to_have_attribute("data-reason", "live")


def test_waiting_for_a_worker_appears_by_itself_and_without_a_new_version(
    tab: Page, idle: Server
) -> None:
    see_worker(idle, 0)
    run = idle.add_run("queued", age=6, runner="worker")
    open_run(tab, idle, run)
    expect(tab.get_by_test_id("run-life")).to_have_count(0)

    expect(tab.get_by_test_id("run-life")).to_have_text(
        "Waiting for a worker: it is next in the queue.", timeout=8_000
    )
    expect(tab.get_by_test_id("refresh-badge")).to_have_attribute("data-version", "1")

    see_worker(idle, 40)
    expect(tab.get_by_test_id("run-life")).to_contain_text("No worker is running", timeout=8_000)
    idle.finish(run)


def test_a_run_that_falls_silent_is_called_stalled_before_any_verdict(
    tab: Page, idle: Server
) -> None:
    run = idle.add_run(heartbeat_at=ago(12), lease_until=ago(-18), lease_owner="hr-feed")
    open_run(tab, idle, run)
    expect(tab.get_by_test_id("run-heartbeat")).to_contain_text("ago")
    expect(tab.get_by_test_id("run-life")).to_have_count(0)

    expect(tab.get_by_test_id("run-life")).to_contain_text("Stalled since", timeout=8_000)
    expect(tab.get_by_test_id("run-status")).to_have_attribute("data-status", "running")


def test_ticks_that_bring_nothing_new_change_nothing_on_the_page(tab: Page, idle: Server) -> None:
    """POLICY.md, case 26, with the age of a heartbeat counting on all the while."""

    def updates() -> float:
        return idle.metric("stillwatch_ui_updates_total", surface="run_detail")

    def ticks() -> float:
        return idle.metric("stillwatch_poll_ticks_total", surface="run_detail")

    # Of a type without a past, whose estimate would count down in steps.
    run = idle.add_run(
        type="hr.feed", heartbeat_at=ago(1), lease_until=ago(-300), lease_owner="hr-feed"
    )
    open_run(tab, idle, run)
    before, first_tick = updates(), ticks()
    shown = tab.get_by_test_id("run-heartbeat").inner_text()

    wait_until(lambda: ticks() >= first_tick + 4, 10)

    assert updates() == before
    expect(tab.get_by_test_id("run-heartbeat")).not_to_have_text(shown)


def test_the_end_is_in_the_timeline_without_loading_the_page_again(tab: Page, idle: Server) -> None:
    run = idle.add_run(lease_owner="hr-feed")
    trail = "INSERT INTO audit_entry (object_type, object_id, action, details) VALUES (?, ?, ?, ?)"
    idle.execute(trail, "operation_run", run, "run.claimed", '{"owner": "hr-feed"}')
    open_run(tab, idle, run)
    entries = tab.get_by_test_id("timeline-entry")
    expect(entries).to_have_count(2)
    expect(entries.last).to_contain_text("Begun outside, as reported by hr-feed")

    idle.execute(trail, "operation_run", run, "run.completed", '{"outcome": "failed"}')
    idle.finish(run, "failed")

    expect(entries).to_have_count(3)
    expect(entries.last).to_contain_text("Failed")
    expect(entries.last).to_contain_text("Reported by hr-feed")
    expect(tab.get_by_test_id("refresh-badge")).to_have_attribute("data-reason", "terminal")


def test_a_run_of_a_program_outside_is_asked_to_stop_and_never_started_again(
    tab: Page, idle: Server
) -> None:
    run = idle.add_run(lease_owner="hr-feed (Ada)")
    open_run(tab, idle, run)
    expect(tab.get_by_text("outside, as reported by hr-feed (Ada)")).to_be_visible()

    tab.get_by_test_id("run-cancel").click()
    expect(tab.get_by_test_id("confirm-dialog")).to_contain_text("at its next heartbeat")
    tab.get_by_test_id("confirm").click()

    note = tab.locator("p.note", has_text="asked to stop at its next heartbeat")
    expect(note).to_be_visible()  # the dialog says so too, until it is closed
    expect(tab.get_by_test_id("timeline-entry").last).to_contain_text(
        "Cancellation requested by Oskar Pereira"
    )
    idle.finish(run, "cancelled")
    expect(tab.get_by_test_id("run-status")).to_have_attribute("data-status", "cancelled")
    expect(tab.get_by_test_id("run-retry")).to_be_hidden()
