"""Who gets in, who sees what, and that hidden looks exactly like missing; over plain HTTP."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.browser.server import PASSWORD, Server

_opened: list[httpx.Client] = []


@pytest.fixture(autouse=True)
def closed_clients() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def visitor(server: Server) -> httpx.Client:
    client = httpx.Client(base_url=server.url)
    _opened.append(client)
    return client


def sign_in(server: Server, who: str, password: str = PASSWORD) -> httpx.Client:
    client = visitor(server)
    form = client.get("/login").text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    answer = client.post(
        "/login", data={**hidden, "email": f"{who}@example.test", "password": password}
    )
    assert answer.status_code == 303, answer.text
    return client


def shape(answer: httpx.Response) -> str:
    """An answer without what differs in every page: client, listener and form tokens."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}", "…", answer.text)
    return f"{answer.status_code} {text}"


@pytest.mark.parametrize("path", ["/", "/operations", "/operations/1", "/tenants", "/nowhere"])
def test_every_page_sends_a_stranger_to_sign_in_and_back(server: Server, path: str) -> None:
    answer = httpx.get(server.url + path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
    assert path == "/" or path.replace("/", "%2F") in answer.headers["location"]


def test_an_unknown_account_and_a_wrong_password_get_one_answer(server: Server) -> None:
    answers = []
    for email in ("operator@example.test", "nobody@example.test"):
        client = visitor(server)
        hidden = dict(
            re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', client.get("/login").text)
        )
        answer = client.post("/login", data={**hidden, "email": email, "password": "wrong-one"})
        answers.append(shape(answer).replace(email, "…"))

    assert answers[0] == answers[1]
    assert answers[0].startswith("401")


def test_a_form_without_its_token_is_refused(server: Server) -> None:
    answer = httpx.post(
        f"{server.url}/login", data={"email": "operator@example.test", "password": PASSWORD}
    )

    assert answer.status_code == 403
    assert "stillwatch_session" not in answer.headers.get("set-cookie", "")


def test_signing_in_again_ends_the_session_before(server: Server) -> None:
    client = sign_in(server, "operator")
    old = client.cookies["stillwatch_session"]
    hidden = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', client.get("/login").text)
    )
    client.post("/login", data={**hidden, "email": "owner@example.test", "password": PASSWORD})

    answer = httpx.get(f"{server.url}/operations", cookies={"stillwatch_session": old})

    assert client.cookies["stillwatch_session"] != old
    assert answer.status_code == 303


@pytest.mark.parametrize("target", ["//evil.test", "https://evil.test", "/\\evil.test", "\\evil"])
def test_no_link_sends_a_fresh_sign_in_to_another_site(server: Server, target: str) -> None:
    form = httpx.get(f"{server.url}/login", params={"next": target}).text

    assert 'name="next" value="/operations"' in form


@pytest.mark.parametrize("who", ["outsider", "contoso-viewer"])
def test_a_hidden_run_looks_exactly_like_a_missing_one(server: Server, who: str) -> None:
    hidden = server.add_run(age=10)  # of the whole workspace northwind
    client = sign_in(server, who)

    answer = client.get(f"/operations/{hidden}")

    assert answer.status_code == 404
    assert shape(answer) == shape(client.get("/operations/999999999"))


@pytest.mark.parametrize("run_id", ["abc", "0", "-1", "9" * 30, "1%00", "١", "1e3"])
def test_what_can_be_no_id_is_missing_too(server: Server, run_id: str) -> None:
    client = sign_in(server, "operator")

    assert client.get(f"/operations/{run_id}").status_code == 404


def test_the_outsider_sees_nothing_of_northwind(server: Server) -> None:
    server.add_run(age=10, type="secret.work")
    client = sign_in(server, "outsider")

    assert "secret.work" not in client.get("/operations").text
    assert client.get("/tenants/contoso").status_code == 404
    assert client.get("/operations?workspace=northwind").status_code == 404


def test_a_tenant_s_person_sees_only_the_tenant_s_runs(server: Server) -> None:
    own = server.add_run(age=10, tenant_id=1, type="own.work")
    server.add_run(age=10, type="workspace.work")
    client = sign_in(server, "contoso-viewer")

    page = client.get("/operations").text

    assert "own.work" in page
    assert "workspace.work" not in page
    assert "start-operation" not in page
    assert client.get(f"/operations/{own}").status_code == 200
    assert client.get("/tenants/adatum").status_code == 404


def test_a_page_that_was_only_fetched_reads_nothing_more(server: Server) -> None:
    """POLICY.md, case 25; the browser suite beside it is the positive control."""
    run = server.add_run(age=0)
    before = server.metric("stillwatch_poll_ticks_total", surface="run_detail")

    page = sign_in(server, "operator").get(f"/operations/{run}")

    assert page.status_code == 200
    assert server.metric("stillwatch_poll_ticks_total", surface="run_detail") == before


def test_metrics_are_for_the_machine_itself(server: Server) -> None:
    assert httpx.get(f"{server.url}/metrics").status_code == 200
    forwarded = httpx.get(f"{server.url}/metrics", headers={"X-Forwarded-For": "10.1.2.3"})
    assert forwarded.status_code == 404


def test_it_is_alive_and_ready(server: Server) -> None:
    assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{server.url}/readyz").json() == {"status": "ok"}


def test_corrupt_rows_take_no_page_down(server: Server) -> None:
    run = server.add_run(
        status="Running",
        summary_counts="{broken",
        failure_summary='"text"',
        context="[1",
        created_at="yesterday",
        started_at="",
        outcome="<script>",
    )
    client = sign_in(server, "operator")

    assert client.get(f"/operations/{run}").status_code == 200
    assert client.get("/operations").status_code == 200
    server.execute("DELETE FROM operation_run WHERE id=?", run)


def test_a_second_server_on_the_same_folder_is_refused_in_one_line(server: Server) -> None:
    second = Server(server.data_dir)

    status, output = second.run_to_its_end()

    assert status != 0
    assert output.count("\n") == 1
    assert "already uses" in output
