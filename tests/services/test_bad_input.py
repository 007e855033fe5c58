"""Whatever is sent or stored: a clear answer, no traceback, and the rest goes on."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from services.api_tokens import create_token
from services.database import Database
from tests.browser.server import Server
from tests.services.console_visitor import csrf, visitor

HUGE = 10 << 20
IDS = {
    "zero": "0",
    "negative": "-1",
    "beyond 64 bits": str(2**63),
    "of 400 digits": "1" + "0" * 400,
    "of other digits": "١٢",
    "nul": "%00",
    "with a nul": "1%00",
    "a path": "..%2f..%2fetc%2fpasswd",
    "a float": "1e3",
    "signed": "+1",
    "spaced": "1%20",
    "half a character": "%ff%fe",
    "control characters": "%1b%5b31m%0d%0aX-Forged:%20yes",
    "script": quote("<script>alert(1)</script>", safe=""),
    "of 5000 characters": "a" * 5000,
    "SQL": quote("1 OR 1=1; --", safe=""),
}
# What no answer may carry, whatever came in.
NONSENSE = ("Traceback", "sqlalchemy", "sqlite3", "Internal Server Error", 'File "/')


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("bad"), STILLWATCH_WORKERS="0")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def person(server: Server) -> Iterator[httpx.Client]:
    with visitor(server) as client:
        yield client


@pytest.fixture(scope="module")
def program(server: Server) -> Iterator[httpx.Client]:
    database = Database(f"sqlite:///{server.data_dir / 'stillwatch.db'}")
    with database.writing() as session:
        token = create_token(session, "northwind", "reader", None)
    database.close()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{server.url}/api/v1", headers=headers) as client:
        yield client


def require_decent(answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in statuses, answer.text[:300]
    for word in NONSENSE:
        assert word not in answer.text, word
    assert "X-Forged" not in answer.headers


def require_own_path(location: str) -> None:
    assert location.startswith("/"), location
    assert not location.startswith(("//", "/\\")), location


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
@pytest.mark.parametrize(
    "place", ["/operations/{}", "/tenants/{}", "/review-packs/{}/download", "/nowhere/{}"]
)
def test_an_id_that_is_none_is_not_there(person: httpx.Client, place: str, text: str) -> None:
    answer = person.get(place.format(text))

    require_decent(answer, 404)
    assert "There is nothing here." in answer.text
    assert "<script>alert(1)" not in answer.text


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
@pytest.mark.parametrize(
    "names",
    [
        ["older"],
        ["newer"],
        ["status", "outcome", "type", "tenant", "zzz"],
        ["by", "last", "from", "until", "q", "sort"],
    ],
)
def test_a_cursor_or_filter_that_is_none_still_shows_the_list(
    person: httpx.Client, names: list[str], text: str
) -> None:
    answer = person.get("/operations?" + "&".join(f"{name}={text}" for name in names))

    require_decent(answer, 200)
    assert "Start operation" in answer.text
    assert "<script>alert(1)" not in answer.text


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
def test_a_workspace_that_is_none_is_not_there(person: httpx.Client, text: str) -> None:
    require_decent(person.get(f"/operations?workspace={text}"), 404)


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
def test_where_to_go_after_signing_in_stays_here(server: Server, text: str) -> None:
    with httpx.Client(base_url=server.url) as stranger:
        answer = stranger.get(f"/login?next={text}")

    require_decent(answer, 200)
    assert 'name="next" value="/operations"' in answer.text


def forms() -> dict[str, tuple[dict[str, str], bytes]]:
    """Bodies that no form of ours sends: headers and content."""
    parted = "multipart/form-data; boundary=x"
    encoded = "application/x-www-form-urlencoded"
    part = b'--x\r\nContent-Disposition: form-data; name="email"'
    return {
        "a 10 MB field": ({"Content-Type": encoded}, b"email=" + b"a" * HUGE),
        "a 10 MB part": ({"Content-Type": parted}, part + b"\r\n\r\n" + b"a" * HUGE + b"\r\n--x--"),
        "a million fields": ({"Content-Type": encoded}, b"a=1&" * (HUGE // 4)),
        "a file": ({"Content-Type": parted}, part + b'; filename="f"\r\n\r\nhello\r\n--x--\r\n'),
        "a broken part": ({"Content-Type": parted}, b"--x\r\nnothing"),
        "no boundary": ({"Content-Type": "multipart/form-data"}, b"--x"),
        "nul and half characters": ({"Content-Type": encoded}, b"email=%00%ff&password=\x00\xff"),
        "many small fields": ({"Content-Type": encoded}, b"a=1&" * 2000),
        "control characters": ({"Content-Type": encoded}, b"email=%1b%0d%0aX-Forged:+yes&next=%0d"),
    }


@pytest.mark.parametrize("case", forms())
@pytest.mark.parametrize(
    "path", ["/login", "/logout", "/operations", "/nowhere", "/language", "/account/password"]
)
def test_a_form_that_is_none_is_refused_with_words(
    person: httpx.Client, case: str, path: str
) -> None:
    headers, content = forms()[case]

    answer = person.post(path, headers=headers, content=content)

    if answer.status_code == 303:  # back to where the form is, with nothing done
        require_own_path(answer.headers["location"])
        return
    require_decent(answer, 400, 403, 404, 405, 413, 422)
    if len(content) >= HUGE:
        assert answer.status_code == 413
        assert "This is too large." in answer.text
        assert "at most 1024 KiB" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_a_body_of_unknown_length_is_counted(server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        answer = client.post("/login", content=(b"a" * 65536 for _ in range(160)))

    require_decent(answer, 413)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/login", "/operations", "/review-packs/1/download", "/healthz"])
def test_a_method_that_is_none_is_refused(person: httpx.Client, method: str, path: str) -> None:
    require_decent(person.request(method, path), 400, 404, 405, 501)


async def test_a_message_that_is_too_large_ends_its_socket_and_nothing_else(
    server: Server, person: httpx.Client
) -> None:
    url = f"ws://127.0.0.1:{server.port}/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    async with connect(url, max_size=None) as socket:
        await socket.recv()
        await socket.send('42["event",' + "1" * HUGE + "]")
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    require_decent(person.get("/operations"), 200)


def test_a_huge_name_and_password_are_answered_like_any_other(server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        form = {"email": "e" * 100_000, "password": "p" * 100_000, "csrf": csrf(client)}
        answer = client.post("/login", data=form)

    require_decent(answer, 401)
    assert "e" * 321 not in answer.text


@pytest.mark.parametrize(
    "cookie",
    ["", "x" * 7000, '"><script>alert(1)</script>', "%00", "é\x01".encode().decode("latin-1")],
)
@pytest.mark.parametrize("name", ["stillwatch_session", "stillwatch_csrf", "stillwatch_zone"])
def test_a_cookie_that_is_none_is_like_none(server: Server, name: str, cookie: str) -> None:
    header = f"{name}={cookie}".encode("utf-8", "replace").replace(b"\x01", b"")
    with httpx.Client(base_url=server.url) as client:
        form = client.get("/login", headers={b"Cookie": header})
        page = client.get("/operations", headers={b"Cookie": header})

    require_decent(form, 200)
    require_decent(page, 303)
    assert "<script>alert(1)" not in form.text


@pytest.mark.parametrize(
    "zone", ["../../etc/passwd", "Europe/Nowhere", "%00", "x" * 3000, "/etc/localtime", "UTC\\0"]
)
def test_a_time_zone_that_is_none_is_utc(person: httpx.Client, zone: str) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())

    answer = person.get("/operations", headers={"Cookie": f"{cookies}; stillwatch_zone={zone}"})

    require_decent(answer, 200)


SCRIPT = "<script>alert('planted')</script><img src=x onerror=alert('planted')>"
FUTURE, NEVER = "9999-12-31 23:59:59.999999", "0001-01-01 00:00:00.000000"
CORRUPT: dict[str, dict[str, object]] = {
    "unknown status": {"status": "exploded"},
    "empty status": {"status": ""},
    "status in capitals": {"status": "RUNNING"},
    "script for a status": {"status": SCRIPT},
    "a number for a status": {"status": 7},
    "bytes for a status": {"status": b"\x00\x01"},
    "bytes for a type": {"type": b"\xff\xfe"},
    "bytes for an outcome": {"status": "completed", "outcome": b"\xff\xfe"},
    "unknown outcome": {"status": "completed", "outcome": "victorious"},
    "script for an outcome": {"status": "completed", "outcome": SCRIPT},
    "completed without outcome": {"status": "completed", "outcome": None},
    "outcome while running": {"status": "running", "outcome": "failed"},
    "script for a type": {"type": SCRIPT},
    "an empty type": {"type": ""},
    "a type of 100000 characters": {"type": "t" * 100_000},
    "broken context": {"context": "{"},
    "script for context": {"context": json.dumps({SCRIPT: SCRIPT})},
    "a list for context": {"context": "[[[[1]]]]"},
    "deep context": {"context": "[" * 5000 + "]" * 5000},
    "context of a megabyte": {"context": json.dumps({"a": "b" * 1_000_000})},
    "options that are none": {"context": json.dumps({"options": 7})},
    "broken counts": {"summary_counts": "}{"},
    "counts that are a number": {"summary_counts": "7"},
    "counts that are null": {"summary_counts": None},
    "negative counts": {"summary_counts": '{"total": -5, "processed": -7}'},
    "counts as text": {"summary_counts": '{"total": "10", "processed": "5"}'},
    "missing counts": {"summary_counts": '{"processed": 5}'},
    "more done than there was": {"summary_counts": '{"total": 10, "processed": 25}'},
    "parts beyond the whole": {
        "summary_counts": '{"total": 9, "processed": 5, "succeeded": 5, "failed": 5}'
    },
    "counts beyond belief": {"summary_counts": '{"total": 1e308, "processed": 1e400}'},
    "counts that are no numbers": {"summary_counts": '{"total": NaN, "processed": Infinity}'},
    "counts that are nested": {"summary_counts": '{"total": {"a": 1}, "processed": [true]}'},
    "counts that are true": {"summary_counts": '{"total": true, "processed": true}'},
    "script in counts": {"summary_counts": json.dumps({"total": SCRIPT, SCRIPT: 1})},
    "broken failures": {"failure_summary": "]["},
    "failures that are a text": {"failure_summary": json.dumps(SCRIPT)},
    "script in failures": {
        "failure_summary": json.dumps(
            [{"code": SCRIPT, "message": SCRIPT, "count": SCRIPT, "sample": SCRIPT}, 7, None]
        )
    },
    "control characters in failures": {
        "failure_summary": json.dumps(
            [{"code": "a\x00\x1b[31m", "message": "\r\n\x07", "count": -1}]
        )
    },
    "times that are none": {"created_at": "yesterday", "started_at": "", "completed_at": "soon"},
    "times of the far future": {"created_at": FUTURE, "started_at": FUTURE, "completed_at": FUTURE},
    "times before all time": {"created_at": NEVER, "started_at": NEVER, "completed_at": NEVER},
    "times that end before they begin": {
        "status": "completed",
        "outcome": "succeeded",
        "started_at": "2026-11-02 00:00:00.000000",
        "completed_at": "2026-11-01 00:00:00.000000",
    },
    "a heartbeat to come": {"status": "running", "heartbeat_at": FUTURE, "lease_until": FUTURE},
    "numbers for times": {"created_at": 1e30, "started_at": -1, "completed_at": 0},
    "no time at all": {"created_at": None, "started_at": None},
    "a tenant that is missing": {"tenant_id": 987654},
    "a person who is missing": {"initiated_by_user_id": 987654},
    "an earlier run that is missing": {"retry_of_id": 987654},
    "an unknown runner": {"runner": SCRIPT},
    "a huge attempt": {"attempt": 2**62, "deliveries": 2**62},
}


@pytest.mark.parametrize("case", CORRUPT)
def test_a_corrupt_run_is_shown_as_far_as_it_can_be_read(
    server: Server, person: httpx.Client, program: httpx.Client, case: str
) -> None:
    run_id = server.add_run(**{"tenant_id": 1, **CORRUPT[case]})

    pages = {
        path: person.get(path)
        for path in (
            "/operations",
            f"/operations/{run_id}",
            "/tenants/contoso",
            "/overview",
            "/admin/audit",
            "/metrics",
        )
    }
    records = [program.get(path) for path in ("/runs", f"/runs/{run_id}")]
    server.execute("DELETE FROM operation_run WHERE id = ?", run_id)

    for record in records:
        require_decent(record, 200)
        json.loads(record.text, parse_constant=pytest.fail)
    for path, answer in pages.items():
        require_decent(answer, 200)
        assert "Something went wrong" not in answer.text, path
        require_sane_progress(answer.text)
        assert "<script>alert('planted')" not in answer.text, path
        assert "<img src=x" not in answer.text, path
    assert f"Run {run_id}" in pages[f"/operations/{run_id}"].text or case == "script for a type"


BESIDE: dict[str, tuple[str, dict[str, object]]] = {
    "script for an action": ("audit_entry", {"action": SCRIPT, "details": json.dumps([SCRIPT])}),
    "an action with broken details": ("audit_entry", {"action": "run.claimed", "details": "{"}),
    "details that are nested": (
        "audit_entry",
        {"action": "run.rescued", "details": json.dumps({"reason": {"a": [SCRIPT]}, "owner": 7})},
    ),
    "details of other kinds": (
        "audit_entry",
        {"action": "run.retry_scheduled", "details": '{"seconds": "soon", "code": null}'},
    ),
    "an entry at no time": ("audit_entry", {"action": "run.completed", "at": "once"}),
    "an entry by nobody": ("audit_entry", {"action": "run.cancelled", "actor_user_id": 987654}),
    "a worker of no time": ("worker", {"name": SCRIPT, "slots": -3, "seen_at": "once"}),
    "a worker of the future": ("worker", {"name": "w", "slots": 2**62, "seen_at": FUTURE}),
    "a schedule that is none": (
        "schedule",
        {"type": SCRIPT, "cron": SCRIPT, "time_zone": SCRIPT, "options": "{", "next_at": FUTURE},
    ),
}


@pytest.mark.parametrize("case", BESIDE)
def test_a_corrupt_row_beside_a_run_leaves_its_page_whole(
    server: Server, person: httpx.Client, case: str
) -> None:
    run_id = server.add_run("queued", runner="worker")
    table, columns = BESIDE[case]
    row: dict[str, object] = dict(columns)
    if table == "audit_entry":
        row |= {"workspace_id": 1, "object_type": "operation_run", "object_id": run_id}
    if table == "schedule":
        row["workspace_id"] = 1
    marks = ", ".join("?" * len(row))
    planted = server.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values()
    )

    paths = (f"/operations/{run_id}", "/operations", "/overview", "/admin/audit")
    pages = [person.get(path) for path in (*paths, "/admin/audit/export.csv")]
    server.execute(f"DELETE FROM {table} WHERE rowid = ?", planted)
    server.execute("DELETE FROM operation_run WHERE id = ?", run_id)

    for answer in pages:
        require_decent(answer, 200)
        assert "Something went wrong" not in answer.text
        if answer.headers["content-type"].startswith("text/html"):
            assert "<script>alert('planted')" not in answer.text


PACKS: dict[str, dict[str, object]] = {
    "unknown status": {"status": "exploded"},
    "script for a status": {"status": SCRIPT},
    "broken options": {"status": "ready", "options": "{"},
    "script for options": {"status": "ready", "options": json.dumps({"from": SCRIPT})},
    "a period that ends before it starts": {
        "status": "ready",
        "options": '{"from": "2026-11-01T00:00:00+00:00", "to": "2026-10-01T00:00:00+00:00"}',
    },
    "broken summary": {"status": "ready", "summary": "]"},
    "script in the summary": {"status": "generating", "summary": json.dumps({"stage": SCRIPT})},
    "a path out of the folder": {"status": "ready", "file_path": "packs/../../../etc/passwd"},
    "a disk that is none": {"status": "ready", "file_disk": SCRIPT, "file_path": "packs/a.zip"},
    "a size beyond belief": {"status": "ready", "file_size": 2**62, "sha256": SCRIPT},
    "times that are none": {"status": "ready", "expires_at": "never", "generated_at": "soon"},
    "a file for ever": {"status": "ready", "expires_at": FUTURE, "generated_at": NEVER},
    "a run that is missing": {"status": "generating", "operation_run_id": 987654},
    "a person who is missing": {"status": "ready", "initiated_by_user_id": 987654},
}


@pytest.mark.parametrize("case", PACKS)
def test_a_corrupt_pack_leaves_its_tenant_s_page_whole(
    server: Server, person: httpx.Client, case: str
) -> None:
    pack_id = server.add_pack(**{"status": "ready", **PACKS[case]})  # type: ignore[arg-type]

    card = person.get("/tenants/contoso")
    file = person.get(f"/review-packs/{pack_id}/download")
    server.execute("DELETE FROM review_pack WHERE id = ?", pack_id)

    require_decent(card, 200)
    assert "Something went wrong" not in card.text
    assert "<script>alert('planted')" not in card.text
    require_sane_progress(card.text)
    require_decent(file, 404, 409, 410, 500, 503)
    assert "Something went wrong" not in file.text
    assert "root:" not in file.text


def test_script_in_every_name_is_text(server: Server, person: httpx.Client) -> None:
    for table in ("workspace", "tenant", "user_account"):
        server.execute(f"UPDATE {table} SET name = ?", SCRIPT)
    try:
        pages = [person.get(path) for path in PLACES]
    finally:
        for table in ("workspace", "tenant", "user_account"):
            server.execute(f"UPDATE {table} SET name = 'Named again'")

    for answer in pages:
        require_decent(answer, 200)
        assert "<script>alert('planted')" not in answer.text
        assert "<img src=x" not in answer.text


@pytest.mark.parametrize("table", ["workspace", "tenant", "user_account"])
def test_a_name_of_10_mb_is_read_as_far_as_anybody_would(
    server: Server, person: httpx.Client, table: str
) -> None:
    server.execute(f"UPDATE {table} SET name = ? WHERE id = 1", "n" * HUGE)
    try:
        pages = [person.get(path) for path in PLACES]
    finally:
        server.execute(f"UPDATE {table} SET name = 'Named again' WHERE id = 1")

    for answer in pages:
        require_decent(answer, 200)
        assert len(answer.text) < 200_000


@pytest.mark.parametrize(
    "column", ["type", "status", "context", "summary_counts", "failure_summary", "lease_owner"]
)
def test_a_field_of_10_mb_leaves_pages_of_their_usual_size(
    server: Server, person: httpx.Client, column: str
) -> None:
    run_id = server.add_run(**{"tenant_id": 1, column: json.dumps([{"message": "m" * HUGE}])})

    pages = [person.get(path) for path in ("/operations", f"/operations/{run_id}")]
    server.execute("DELETE FROM operation_run WHERE id = ?", run_id)

    for answer in pages:
        require_decent(answer, 200)
        assert len(answer.text) < 200_000


PLACES = (
    *("/operations", "/overview", "/tenants", "/tenants/contoso", "/account"),
    *("/admin/workspace", "/admin/members", "/admin/tenants", "/admin/sessions"),
    *("/admin/tokens", "/admin/audit"),
)


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
@pytest.mark.parametrize("place", ["/admin/audit", "/admin/audit/export.csv"])
def test_a_filter_of_the_trail_that_is_none_is_answered(
    person: httpx.Client, place: str, text: str
) -> None:
    names = ("action", "actor", "object", "from", "to", "older", "newer", "zzz")

    answer = person.get(f"{place}?" + "&".join(f"{name}={text}" for name in names))

    require_decent(answer, 200, 400, 422)
    assert "Something went wrong" not in answer.text
    if answer.headers["content-type"].startswith("text/html"):
        assert "<script>alert(1)" not in answer.text


@pytest.mark.parametrize(
    "period",
    [
        "from=2026-11-02T00:00&until=2026-11-01T00:00",
        "from=9999-12-31T23:59&until=0001-01-01T00:00",
        "from=2026-02-30T00:00&until=2026-13-01",
        "last=-1d&from=NaN&until=Infinity",
    ],
)
def test_a_period_of_the_list_that_is_none_is_told_and_left_out(
    person: httpx.Client, period: str
) -> None:
    answer = person.get(f"/operations?{period}")

    require_decent(answer, 200)
    assert "Start operation" in answer.text
    assert re.search("so it is ignored|is no date and time|there is no", answer.text)


def test_times_that_name_no_zone_never_stay_in_an_address_that_is_shared(server: Server) -> None:
    with visitor(server) as berliner:
        berliner.cookies.set("stillwatch_zone", "Europe/Berlin")
        sent = berliner.get("/operations?outcome=failed&from=2026-07-01T00%3A00")
        shown = berliner.get(sent.headers["location"])

    assert sent.status_code == 303
    assert sent.headers["location"] == ("/operations?outcome=failed&from=2026-06-30T22%3A00%3A00Z")
    require_decent(shown, 200)
    assert "2026-07-01T00:00" in shown.text


def test_a_period_of_the_trail_that_ends_before_it_starts_is_answered(
    person: httpx.Client,
) -> None:
    answer = person.get("/admin/audit?from=2026-11-02&to=2026-11-01")

    require_decent(answer, 200)
    assert "Something went wrong" not in answer.text


@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_parameter_changes_nothing(person: httpx.Client, place: str) -> None:
    require_decent(person.get(f"{place}?zzz={IDS['script']}&older={IDS['nul']}"), 200)


def require_sane_progress(text: str) -> None:
    for percent in re.findall(r"(-?\d+(?:\.\d+)?) ?%(?![\dA-Fa-f])", text):
        assert 0 <= float(percent) <= 100, percent
    for fraction in re.findall(r'"fraction":\s*([^,}]+)', text):
        assert fraction == "null" or 0 <= float(fraction) <= 1, fraction
    for word in ("NaN", "Infinity", "undefined"):
        assert not re.search(rf"[>:\s\"]{word}[<,\s\"]", text.partition("</head>")[2]), word
