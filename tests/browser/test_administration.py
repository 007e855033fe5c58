"""Owners at work in real tabs, and what becomes of the tabs of those whose rights they take."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from services.auth import hash_password
from tests.browser.conftest import sign_in
from tests.browser.server import PASSWORD, Server, text_time
from tests.browser.test_doors import shape
from tests.browser.test_doors import sign_in as sign_in_over_http
from tests.browser.test_refresh import expect_badge, open_run, reads, reads_during

OWNERS = ("workspace", "tenants", "members", "sessions", "tokens")


@pytest.fixture
def owner(chromium: BrowserContext, server: Server) -> Iterator[Page]:
    """The owner in a browser of their own."""
    assert chromium.browser is not None
    context = chromium.browser.new_context()
    page = context.new_page()
    sign_in(page, server, "owner")
    yield page
    context.close()


def watcher(page: Page, server: Server, who: str, role: str = "operator") -> int:
    """Sign in on `page` as somebody new with a role in northwind; the membership's id."""
    user_id = server.execute(
        "INSERT INTO user_account (email, name, password_hash) VALUES (?, ?, ?)",
        f"{who}@example.test",
        who.title(),
        hash_password(PASSWORD),
    )
    membership_id = server.execute(
        "INSERT INTO membership (workspace_id, user_id, role) VALUES (1, ?, ?)", user_id, role
    )
    page.context.clear_cookies()
    sign_in(page, server, who)
    return membership_id


def confirm_in_row(owner: Page, row: str, who: str, button: str) -> None:
    line = owner.get_by_test_id(row).filter(has_text=f"{who}@example.test")
    line.get_by_test_id(button).click()
    owner.get_by_test_id("confirm").dblclick()
    expect(owner.get_by_test_id("confirm-dialog")).to_have_count(0)
    expect(line).to_have_count(0)


def test_a_revoked_member_sees_the_run_no_longer_and_it_is_read_no_more(
    page: Page, owner: Page, server: Server
) -> None:
    """POLICY.md, case 22."""
    watcher(page, server, "walter")
    run = server.add_run(age=0)
    open_run(page, server, run)
    expect_badge(page, "live", "1")

    owner.goto(f"{server.url}/admin/members")
    confirm_in_row(owner, "member-row", "walter", "revoke-member")

    # At the next tick, which on a slow machine may be 10 s away by now.
    expect(page.locator("#content").get_by_text("There is nothing here.")).to_be_visible(
        timeout=12_000
    )
    expect(page.get_by_test_id("run-status")).to_have_count(0)
    assert reads_during(page, server, 3) == 0


def test_ending_a_session_ends_its_pages_at_once(page: Page, owner: Page, server: Server) -> None:
    watcher(page, server, "wendy")
    run = server.add_run(age=300)
    open_run(page, server, run)
    expect_badge(page, "live", "10")

    owner.goto(f"{server.url}/admin/sessions")
    confirm_in_row(owner, "session-row", "wendy", "revoke-session")

    expect(page.get_by_text("You are signed out.")).to_be_visible(timeout=3000)
    before = reads(server)
    page.goto(f"{server.url}/operations/{run}")
    expect(page).to_have_url(re.compile("/login"))
    assert reads(server) == before


def test_a_silent_page_looks_at_the_rights_again_when_it_is_shown(
    page: Page, server: Server
) -> None:
    membership = watcher(page, server, "wanda", "owner")
    page.goto(f"{server.url}/admin/members")
    expect(page.get_by_test_id("member-row").first).to_be_visible()
    show(page, "hidden")
    server.execute(
        "UPDATE membership SET revoked_at=created_at WHERE id=?",
        membership,
    )
    expect(page.get_by_test_id("member-row").first).to_be_visible()

    show(page, "visible")

    expect(page.locator("#content").get_by_text("There is nothing here.")).to_be_visible()
    expect(page.get_by_test_id("member-row")).to_have_count(0)


def test_whoever_is_invited_signs_in_by_the_password_shown_once_and_changes_it(
    owner: Page, server: Server, console_messages: list[str]
) -> None:
    owner.goto(f"{server.url}/admin/members")
    owner.get_by_test_id("add-member").click()
    owner.get_by_test_id("member-email").fill("no address")
    owner.get_by_test_id("confirm").click()
    expect(owner.get_by_text("'no address' is not an e-mail address.")).to_be_visible()
    owner.get_by_test_id("member-email").fill("ida@example.test")
    owner.get_by_test_id("member-name").fill("<script>Ida</script>")
    owner.get_by_test_id("confirm").dblclick()
    password = owner.get_by_test_id("secret").inner_text()
    owner.get_by_test_id("secret-done").click()
    row = owner.get_by_test_id("member-row").filter(has_text="ida@example.test")
    expect(row).to_contain_text("<script>Ida</script>")

    here = sign_in_over_http(server, "ida", password)
    there = sign_in_over_http(server, "ida", password)
    before = here.get("/operations")
    wrong = change_password(here, "wrong horse")
    right = change_password(here, password)

    assert before.headers["location"] == "/account?password=given"
    assert wrong == "/account?password=wrong"
    assert right == "/account?password=done"
    assert here.get("/operations").status_code == 200
    assert there.get("/account").status_code == 303
    told = server.count("SELECT count(*) FROM audit_entry WHERE details LIKE ?", f"%{password}%")
    assert told == 0
    assert server.count("SELECT count(*) FROM user_account WHERE email='ida@example.test'") == 1


def test_a_form_of_another_sign_in_changes_no_password(server: Server) -> None:
    mine, theirs = (sign_in_over_http(server, "auditor") for _ in range(2))
    form = hidden(theirs.get("/account").text)

    answer = mine.post("/account/password", data={"csrf": form, "current": PASSWORD})

    assert answer.headers["location"] == "/account?password=old"


@pytest.mark.parametrize("who", ["operator", "auditor", "contoso-admin", "outsider"])
def test_administration_is_nothing_for_whoever_does_not_own_the_workspace(
    server: Server, who: str
) -> None:
    client = sign_in_over_http(server, who)
    missing = shape(client.get("/admin/nowhere"))

    for path in OWNERS:
        assert shape(client.get(f"/admin/{path}")) == missing
    trail = [client.get(f"/admin/{path}").status_code for path in ("audit", "audit/export.csv")]
    assert trail == ([200, 200] if who == "auditor" else [404, 404])


def test_the_trail_is_exported_as_it_is_filtered_and_no_cell_is_a_formula(server: Server) -> None:
    client = sign_in_over_http(server, "owner")
    server.execute(
        "INSERT INTO audit_entry (at, workspace_id, action, object_type, object_id, details) "
        "VALUES (?, 1, 'tenant.renamed', 'tenant', 1, ?)",
        text_time(datetime.now(UTC)),
        '"=cmd()"',
    )

    answer = client.get("/admin/audit/export.csv?action=tenant.renamed&object=tenant&id=1")

    lines = answer.text.lstrip("\ufeff").splitlines()
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-northwind.csv"'
    assert lines[0].startswith("entry_id,at,actor,actor_email,action")
    assert len(lines) == 2
    assert lines[1].endswith(",'=cmd()")
    assert "Audit trail exported" in client.get("/admin/audit").text


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-02&to=2026-11-01",
        "from=yesterday",
        "id=7",
        "object=tenant&id=" + "9" * 30,
        "older=x",
        "colour=blue",
        "action=%00%1b",
        "actor=" + "a" * 400,
    ],
)
def test_what_makes_no_sense_is_answered_with_what_is_wrong(server: Server, query: str) -> None:
    client = sign_in_over_http(server, "auditor")

    page = client.get(f"/admin/audit?{query}")

    assert page.status_code == 200
    assert "form-error" in page.text
    assert client.get(f"/admin/audit/export.csv?{query}").status_code == 400


def show(page: Page, state: str) -> None:
    page.evaluate(
        """state => {
          Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def change_password(client: httpx.Client, current: str) -> str:
    form = hidden(client.get("/account").text)
    new = "a longer horse of mine"
    answer = client.post(
        "/account/password", data={"csrf": form, "current": current, "new": new, "again": new}
    )
    return answer.headers["location"]


def hidden(page: str) -> str:
    """The token of the password form, which the page carries for its component."""
    quote = r'(?:&quot;|\\?")'
    tokens = re.findall(rf"{quote}csrf{quote}:\s*{quote}([0-9a-f]{{64}})", page)
    assert tokens
    return str(tokens[0])
