"""What only a browser shows of the overview: charts in either theme, and a failure acknowledged."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.server import Server, text_time

_FAILURE = '[{"code": "quota_exceeded", "message": "The storage quota is used up", "count": 3}]'


def fail(server: Server, type_: str) -> int:
    return server.add_run(
        "completed",
        age=90,
        type=type_,
        tenant_id=1,
        outcome="failed",
        completed_at=text_time(datetime.now(UTC) - timedelta(seconds=30)),
        failure_summary=_FAILURE,
    )


def bar_colours(page: Page) -> set[str]:
    """The colours of the drawn bars as the browser works them out."""
    colours: list[str] = page.eval_on_selector_all(
        "[data-testid=overview-outcomes] svg path[fill^='var(--bar-']",
        "paths => paths.map(path => getComputedStyle(path).fill)",
    )
    return set(colours)


def test_a_failure_is_seen_acknowledged_and_withdrawn_on_a_page_that_is_left_open(
    page: Page, server: Server, console_messages: list[str]
) -> None:
    foreign: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(server.url) else foreign.append(r.url))
    fail(server, "tenant.provision")
    page.goto(f"{server.url}/overview")
    badge = page.locator("[data-testid=refresh-badge][data-surface=overview]")
    expect(badge).to_have_attribute("data-reason", "live")
    charts = page.locator("[data-testid=overview-outcomes] .outcome-chart[role=img]")
    expect(charts).to_have_count(2)
    expect(charts.first).to_have_attribute("aria-label", re.compile("^Last day, by the hour"))
    expect(charts.first.locator("svg path[fill^='var(--bar-']")).not_to_have_count(0)
    for mark in ("overview-running", "overview-queue", "overview-types"):
        expect(page.get_by_test_id(mark)).to_be_visible()

    light = bar_colours(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert light
    assert not light & bar_colours(page)

    group = page.get_by_test_id("failure-group").filter(has_text="tenant.provision")
    expect(group).to_have_attribute("data-state", "open")
    expect(group).to_contain_text("Contoso × 1")
    group.get_by_test_id("acknowledge").click()
    expect(badge).to_have_attribute("data-reason", "dialog")
    page.get_by_test_id("acknowledge-note").fill("<b>Storage</b> raises it tomorrow")
    page.get_by_test_id("confirm").click()
    expect(group).to_have_attribute("data-state", "acknowledged")
    expect(group).to_contain_text("Acknowledged by Oskar Pereira")
    expect(group).to_contain_text("<b>Storage</b> raises it tomorrow")

    group.get_by_test_id("withdraw").click()
    page.get_by_test_id("confirm").click()
    expect(group).to_have_attribute("data-state", "open")

    run = server.add_run(type="tenant.provision", tenant_id=1)
    server.finish(run)
    page.reload()
    expect(group).to_have_attribute("data-state", "cleared")
    assert foreign == []
    assert console_messages == []


def test_a_run_at_work_tells_how_it_compares_with_those_of_its_past(
    page: Page, server: Server
) -> None:
    for _ in range(8):
        server.finish(server.add_run(type="mail.merge", age=30))
    young = server.add_run(type="mail.merge", age=0)
    page.goto(f"{server.url}/operations/{young}")
    expect(page.get_by_test_id("run-estimate")).to_contain_text("About 30 s left. Usually 30 s")

    old = server.add_run(type="mail.merge", age=600)
    page.goto(f"{server.url}/operations/{old}")
    expect(page.get_by_test_id("run-estimate")).to_contain_text("Slower than 95 % of past runs.")

    page.goto(f"{server.url}/operations/{server.add_run(type='never.before')}")
    expect(page.get_by_test_id("run-status")).to_be_visible()
    expect(page.get_by_test_id("run-estimate")).to_have_count(0)
    for run in (young, old):
        server.finish(run)
