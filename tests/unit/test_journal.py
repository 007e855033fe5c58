"""The log: one line an event, readable by machines, with whom it is about and no secret."""

import json
import logging
import time
from collections.abc import Iterator

import pytest

from services.journal.about import about_request, about_run
from services.journal.output import start_journal
from services.journal.redaction import GONE, Redaction
from services.notifications.outlet import NotDeliveredError, Outlet
from settings import read_settings

SECRETS = {
    "a token of a program": "Authorization: Bearer stillwatch_Zk3v9QpL0aXw7TtU2bNc4RrY6mJd8HsE",
    "a token alone": "refused stillwatch_Zk3v9QpL0aXw7TtU2bNc4RrY6mJd8HsE here",
    "a basic authorization": "authorization: Basic b3duZXI6cEBzc3dvcmQ=",
    "a cookie": "Cookie: stillwatch_session=aBcDeF123456; other=x",
    "a cookie that is set": "set-cookie: stillwatch_csrf=qwertz123; Path=/",
    "a cookie in a mapping": "{'cookie': 'stillwatch_session=aBcDeF123456'}",
    "a form": "email=ada%40acme.example&password=hunter22222&csrf=0f0f0f0f",
    "a JSON body": '{"email": "ada@acme.example", "password": "hunter22222"}',
    "a connection string": "host=db dbname=x user=y password=hunter22222 sslmode=require",
    "a database URL": "postgresql+psycopg://stillwatch:hunter22222@db:5432/stillwatch",
    "a mailbox": "mailto://user:hunter22222@mail.example.com?to=a@b.example",
    "a chat": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "a bot": "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "a web hook": "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "a socket": "/_nicegui_ws/socket.io/?client_id=5f0c6c3e-1&tab_id=9b1deb4d-3b7d",
    "an S3 key": "S3_SECRET_KEY='wJalrXUtnFEMI'",
    "a lease": "lease_token=0123456789abcdef0123456789abcdef",
}
PARTS = (
    "Zk3v9QpL0aXw7TtU2bNc4RrY6mJd8HsE",
    "b3duZXI6cEBzc3dvcmQ",
    "aBcDeF123456",
    "qwertz123",
    "hunter22222",
    "0f0f0f0f",
    "TIiajkdnlazkcOXrIdevi7FQ",
    "abcdefg_hijklmnop",
    "5f0c6c3e-1",
    "9b1deb4d-3b7d",
    "wJalrXUtnFEMI",
    "0123456789abcdef",
)


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    root = logging.getLogger()
    touched = [root, *map(logging.getLogger, ("stillwatch", "apprise", "requests", "urllib3"))]
    handlers, levels = list(root.handlers), [one.level for one in touched]
    yield
    root.handlers[:] = handlers
    for one, level in zip(touched, levels, strict=True):
        one.setLevel(level)
    logging.captureWarnings(False)


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_taken_out_by_its_form(text: str) -> None:
    cleaned = Redaction().text(text)

    assert GONE in cleaned
    assert [part for part in PARTS if part in cleaned] == []


@pytest.mark.parametrize(
    "text",
    [
        "run 12 was taken back: its lease ran out",
        "review pack 3 has expired",
        "https://console.example.com/operations/12?status=failed",
        "the database cannot be reached: connection to server at 127.0.0.1, port 5432 failed",
        "sqlite:////var/lib/stillwatch/stillwatch.db",
        "token 7 of northwind was revoked",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redaction().text(text) == text


def test_a_secret_of_the_process_is_taken_out_whatever_its_form() -> None:
    assert Redaction(["correct horse"]).text("said correct horse twice") == f"said {GONE} twice"


def test_a_line_is_json_with_what_it_is_about(capfd: pytest.CaptureFixture[str]) -> None:
    start_journal("json", "info")

    with about_request("7f3a0001"), about_run(12, 2, "host:1:worker"):
        logging.getLogger("stillwatch.worker").warning("run %s was slow", 12)

    line = json.loads(capfd.readouterr().err)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "stillwatch.worker",
        "event": "run 12 was slow",
        "request": "7f3a0001",
        "run": 12,
        "attempt": 2,
        "worker": "host:1:worker",
    }


def test_what_was_bound_inside_is_gone_outside(capfd: pytest.CaptureFixture[str]) -> None:
    start_journal("json", "info")

    with about_request("7f3a0001"):
        pass
    logging.getLogger("stillwatch").info("idle")

    assert "request" not in json.loads(capfd.readouterr().err)


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_is_in_the_line_without_its_secrets(
    form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    start_journal(form, "info", ["correct horse"])

    try:
        raise ValueError("password=hunter22222 for correct horse")
    except ValueError:
        logging.getLogger("stillwatch").exception("it failed")

    told = capfd.readouterr().err
    assert "Traceback" in told
    assert "hunter22222" not in told
    assert "correct horse" not in told
    if form == "json":
        assert "ValueError" in json.loads(told)["exception"]


@pytest.mark.parametrize("form", ["json", "text"])
def test_text_that_cannot_be_encoded_costs_no_line(
    form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    start_journal(form, "info")

    logging.getLogger("stillwatch").info("file \udcff \x00 was read")

    assert "was read" in capfd.readouterr().err


def test_libraries_speak_from_warnings_on(capfd: pytest.CaptureFixture[str]) -> None:
    start_journal("json", "debug")

    logging.getLogger("botocore").info("chatter")
    logging.getLogger("stillwatch.web").debug("detail")

    assert [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()] == ["detail"]


def test_no_key_of_a_channel_is_logged_at_debug(
    capfd: pytest.CaptureFixture[str],
) -> None:
    settings = read_settings({"STILLWATCH_LOG_LEVEL": "debug"})
    start_journal("json", settings.log_level, settings.secrets)
    logging.getLogger().setLevel(logging.DEBUG)  # as a library, or somebody in need, may do
    outlet = Outlet(frozenset({"json"}))

    with pytest.raises(NotDeliveredError):
        outlet.send("json://127.0.0.1:9/the-key-of-it", "title", "told in confidence")

    told = capfd.readouterr().err
    assert "A Connection error occurred" in told
    assert "the-key-of-it" not in told
    assert "told in confidence" not in told


@pytest.mark.parametrize("word", ["a-", "a.", "token", "cookie ", "a://"])
def test_a_long_text_of_somebody_s_is_read_once(word: str) -> None:
    began = time.process_time()

    Redaction().text(word * 40_000)

    assert time.process_time() - began < 5  # from each letter on, it would be minutes
