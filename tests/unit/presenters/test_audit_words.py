"""An entry of the audit trail in words, whatever is stored in it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.audit_trail import AuditPage
from services.packs.audit_evidence import AuditRow
from tests.unit.presenters.factories import LOCALE
from ui.presenters.audit_words import audit_table, deed, detail_pairs
from ui.presenters.sign_ins import browser_words

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (None, []),
        ({}, []),
        ([], []),
        ({"before": "auditor", "role": "owner", "tenant": None}, [("role", "auditor → owner")]),
        ({"before": "A", "after": "B"}, [("name", "A → B")]),
        ({"before": None, "role": "owner"}, [("role", "owner")]),
        ({"tenant": "contoso", "tenant_id": 1}, [("tenant", "contoso")]),
        ("{broken", [("", "{broken")]),
        (7, [("", "7")]),
        ({"a": {"b": [1]}}, [("a", '{"b": [1]}')]),
        ({"line\nbreak": "\x1b[31m"}, [("line break", " [31m")]),
    ],
)
def test_details_are_names_and_values(details: Any, expected: list[tuple[str, str]]) -> None:
    assert detail_pairs(details) == expected


@pytest.mark.parametrize(
    "details",
    [
        {"password": "hunter2"},
        {"old_Password": "hunter2"},
        {"via": {"token_hash": "hunter2"}},
        {"deep": [{"secret": "hunter2"}]},
    ],
)
def test_a_secret_that_should_not_be_there_is_not_shown(details: dict[str, Any]) -> None:
    told = str(detail_pairs(details))

    assert "hunter2" not in told
    assert "•••" in told


def test_many_and_long_details_are_cut() -> None:
    pairs = detail_pairs({f"n{number}": "x" * 5000 for number in range(500)})

    assert len(pairs) == 13
    assert pairs[-1] == ("…", "+488")
    assert max(len(value) for _, value in pairs) <= 200


def test_deeply_nested_details_take_no_page_down() -> None:
    nested: Any = "x"
    for _ in range(2000):
        nested = [nested]

    assert detail_pairs({"nested": nested})[0][0] == "nested"


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("member.set", "Role given"),
        ("run.lost_contact", "Run lost contact"),
        ("", "–"),
        ("<script>", "<script>"),
    ],
)
def test_a_deed_reads_as_words(action: str, words: str) -> None:
    assert deed(action, LOCALE) == words


def test_an_entry_names_who_what_and_whom() -> None:
    entry = AuditRow(
        7, NOON, "Ada", "ada@x.test", "member.set", "user_account", 2, "Bob", "bob@x.test", {}
    )
    run = AuditRow(8, None, None, None, "run.requested", "operation_run", 9, None, None, None)

    view = audit_table(AuditPage((entry, run), None), LOCALE)

    time, who, what, whom, _ = view["rows"][0]["cells"]
    assert time["text"].startswith("24 Nov 2026")
    assert (who["text"], who["sub"]) == ("Ada", "ada@x.test")
    assert (what["text"], what["title"]) == ("Role given", "member.set")
    assert (whom["text"], whom["sub"]) == ("Bob", "bob@x.test")
    assert view["rows"][1]["cells"][1]["text"] == "System"
    assert view["rows"][1]["cells"][3]["href"] == "/operations/9"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36 Edg/130", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/18 Safari/604", "Safari on iPhone"),
        ("curl/8.5", "curl"),
        (None, "Unknown browser"),
        ("", "Unknown browser"),
        ("<b>" * 50, "<b><b><b><b><b><b><b><b><b><b><b><b><b>…"),
    ],
)
def test_a_browser_is_named_as_far_as_it_tells(agent: str | None, words: str) -> None:
    assert browser_words(agent, LOCALE) == words
