"""Axe finds nothing to complain of, on any page, in either theme, on a desk and on a phone.

A new entry of the navigation is a scene by itself; any other page or dialog adds one to `SCENES`.
"""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.server import Server
from ui.places import PLACES

Scene = Callable[[Page, Server], None]

_DESK, _PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# What only a phone shows has the colours of the desk.
_LOOKS = (("light", _DESK), ("dark", _DESK), ("dark", _PHONE))
_USE_THEME = """theme => {
    localStorage.setItem("stillwatch-theme", theme);
    dispatchEvent(new StorageEvent("storage", { key: "stillwatch-theme" }));
}"""
_FAILURES = '[{"code": "quota", "message": "The quota is used up.", "sample": "42", "count": 3}]'


def at(path: str) -> Scene:
    def open_it(page: Page, server: Server) -> None:
        page.goto(f"{server.url}{path}")

    return open_it


def sign_in_refused(page: Page, server: Server) -> None:
    page.context.clear_cookies()
    page.goto(f"{server.url}/login")
    page.fill("[name=email]", "nobody@example.test")
    page.fill("[name=password]", "wrong-one")
    page.click("[action='/login'] button")
    expect(page.get_by_role("alert")).to_be_visible()


def running(page: Page, server: Server) -> None:
    counts = '{"total": 10, "processed": 4, "succeeded": 3, "failed": 1}'
    run = server.add_run(age=5, lease_owner="hr-feed", summary_counts=counts)
    page.goto(f"{server.url}/operations/{run}")
    expect(page.get_by_test_id("refresh-badge")).to_have_attribute("data-reason", "live")


def ended(outcome: str) -> Scene:
    def open_it(page: Page, server: Server) -> None:
        run = server.add_run(age=5, failure_summary=_FAILURES, context='{"source": "tests"}')
        server.finish(run, outcome)
        page.goto(f"{server.url}/operations/{run}")

    return open_it


def odd(page: Page, server: Server) -> None:
    run = server.add_run(status="Odd", summary_counts="{broken", context="[1")
    page.goto(f"{server.url}/operations/{run}")


def asked_to_cancel(page: Page, server: Server) -> None:
    running(page, server)
    page.get_by_test_id("run-cancel").click()
    expect(page.get_by_test_id("confirm-dialog")).to_be_visible()


def asked_what_to_start(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/operations")
    page.get_by_test_id("start-operation").click()
    expect(page.get_by_test_id("confirm-dialog")).to_be_visible()


def asked_what_to_pack(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tenants/adatum")
    page.get_by_test_id("generate-pack").click()
    expect(page.get_by_test_id("confirm-dialog")).to_be_visible()


def refused_to_pack(page: Page, server: Server) -> None:
    asked_what_to_pack(page, server)
    page.get_by_test_id("pack-section-runs").click()
    page.get_by_role("combobox", name="Period").click()
    page.get_by_role("option", name="From one day to another").click()
    page.get_by_test_id("confirm").click()
    expect(page.get_by_text("Choose the first day.")).to_be_visible()


def told_in_toasts(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tenants")
    page.get_by_test_id("shortcuts").wait_for()
    for kind in ("info", "positive", "warning", "negative"):
        page.evaluate("type => Quasar.Notify.create({ message: type, type, timeout: 0 })", kind)
    expect(page.locator(".q-notification")).to_have_count(4)


def sheet(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/tenants")
    page.keyboard.press("?")
    expect(page.get_by_test_id("shortcut-sheet")).to_be_visible()


def packs(page: Page, server: Server) -> None:
    facts = {"file_size": 1234, "sha256": "ab" * 32, "generated_at": "2026-11-01 00:00:00.000000"}
    for status in ("failed", "expired", "ready"):
        server.add_pack(status, **facts, expires_at="2099-01-01 00:00:00.000000")
    page.goto(f"{server.url}/tenants/contoso")
    expect(page.get_by_test_id("review-pack-card")).to_have_attribute("data-status", "ready")


def asked(path: str, mark: str) -> Scene:
    """A dialog that the first element with this mark opens."""

    def open_it(page: Page, server: Server) -> None:
        page.goto(f"{server.url}{path}")
        page.get_by_test_id(mark).first.click()
        expect(page.get_by_test_id("confirm-dialog")).to_be_visible()

    return open_it


def views(page: Page, server: Server) -> None:
    shared = "INSERT INTO saved_view (workspace_id, user_id, name, query, is_shared)"
    server.execute(f"{shared} VALUES (1, 1, 'What broke', 'outcome=failed', 1)")
    page.goto(f"{server.url}/operations?outcome=failed")
    page.get_by_test_id("views-menu").locator("summary").click()
    expect(page.get_by_test_id("delete-view").first).to_be_visible()


def secret_shown(page: Page, server: Server) -> None:
    asked("/admin/members", "add-member")(page, server)
    page.get_by_test_id("member-email").fill("somebody-new@example.test")
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id("secret")).to_be_visible()
    expect(page.locator(".q-dialog")).to_have_count(1)  # the one that asked is gone


def selected(page: Page, server: Server) -> None:
    server.add_run(age=5)
    page.goto(f"{server.url}/operations")
    page.get_by_test_id("run-select").first.check()
    expect(page.get_by_test_id("bulk-cancel")).to_be_visible()


def asked_in_bulk(page: Page, server: Server) -> None:
    selected(page, server)
    page.get_by_test_id("bulk-cancel").click()
    expect(page.get_by_test_id("confirm-dialog")).to_be_visible()


def done_in_bulk(page: Page, server: Server) -> None:
    bulk = server.add_run("running", type="runs.bulk", runner="worker")
    for status, code in (("done", "cancelled"), ("refused", "moved"), ("pending", None)):
        server.execute(
            "INSERT INTO bulk_item (bulk_run_id, target_run_id, seen_version, action, status, code,"
            " message, new_run_id) VALUES (?, ?, 1, 'cancel', ?, ?, 'It moved.', ?)",
            *(bulk, server.add_run(), status, code, bulk),
        )
    page.goto(f"{server.url}/operations/{bulk}")
    expect(page.get_by_test_id("bulk-item")).to_have_count(3)


SCENES: dict[str, Scene] = {
    **{place.key: at(place.href) for place in PLACES},
    "sign-in": sign_in_refused,
    "run, running": running,
    "run, failed": ended("failed"),
    "run, succeeded": ended("succeeded"),
    "run, corrupt": odd,
    "run, to be cancelled": asked_to_cancel,
    "runs, selected": selected,
    "runs, to be cancelled": asked_in_bulk,
    "runs, dealt with in bulk": done_in_bulk,
    "operation, to be started": asked_what_to_start,
    "tenant without a pack": at("/tenants/wingtip"),
    "tenant with packs": packs,
    "pack, to be generated": asked_what_to_pack,
    "pack, refused": refused_to_pack,
    "toasts": told_in_toasts,
    "shortcuts": sheet,
    "views": views,
    "notifications": at("/notifications"),
    "notification settings": at("/settings/notifications"),
    "channel, to be added": asked("/admin/notifications", "add-channel"),
    "account": at("/account?password=wrong"),
    "audit trail that makes no sense": at("/admin/audit?id=7"),
    "member, to be changed": asked("/admin/members", "change-member"),
    "member, to be revoked": asked("/admin/members", "revoke-member"),
    "first password, shown": secret_shown,
    "token, to be made": asked("/admin/tokens", "create-token"),
    "not found": at("/nowhere"),
    "download that is none": at("/review-packs/999999/download"),
}


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A console of its own: what the scenes leave behind is in nobody's way."""
    server = Server(tmp_path_factory.mktemp("scenes"), STILLWATCH_WORKERS="0")
    server.start()
    # One row of a kind is looked at as well as twenty, and axe takes its time for each.
    server.execute("DELETE FROM operation_run WHERE id <= (SELECT max(id) - 12 FROM operation_run)")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def tab(chromium: BrowserContext, idle: Server) -> Iterator[Page]:
    """One tab for all scenes; nothing in it is halfway through a movement."""
    chromium.clear_cookies()
    tab = chromium.new_page()
    tab.emulate_media(reduced_motion="reduce")
    sign_in(tab, idle, "owner")
    yield tab
    tab.close()


@pytest.mark.parametrize("name", sorted(SCENES, key=lambda name: name == "sign-in"))
def test_axe_finds_nothing(tab: Page, idle: Server, name: str) -> None:
    SCENES[name](tab, idle)
    found = []

    for theme, size in _LOOKS:
        tab.evaluate(_USE_THEME, theme)
        tab.set_viewport_size(size)
        found += [f"{theme}, {size['width']} wide: {text}" for text in complaints(tab)]

    assert found == []


def complaints(tab: Page) -> list[str]:
    """What axe finds; a dialog is all that there is while it is open."""
    part = ".q-dialog" if tab.locator(".q-dialog").count() else None
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in Axe().run(tab, part).response["violations"]
        for node in violation["nodes"]
    ]
