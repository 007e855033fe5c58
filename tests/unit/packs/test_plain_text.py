from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packs.plain_text import csv_cell, csv_instant, plain, plain_json, whole_number

# Half a surrogate pair included, which stored JSON may hold.
ANY_TEXT = st.text(st.characters())
EVIL_TEXT = st.text(st.sampled_from("=+-@＝＋－＠;\t\r\n |a1'\"\ud800\u202e\x00,"))


@given(ANY_TEXT | EVIL_TEXT)
def test_plain_text_is_one_line_that_every_file_can_hold(text: str) -> None:
    line = plain(text, 10_000)

    line.encode("utf-8")
    assert "\n" not in line
    assert all(c.isprintable() or c in "\u200c\u200d" for c in line)


@given(ANY_TEXT)
def test_printable_text_stays_as_it_is(text: str) -> None:
    if text.isprintable():
        assert plain(text, 10_000) == text


@given(st.text(), st.integers(1, 50))
def test_plain_text_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(plain(text, limit)) <= limit


@pytest.mark.parametrize("name", ["Łódź", "山田太郎", "שרה", "می‌خواهم", "👩‍🔬 Ada"])
def test_names_of_any_script_stay_whole(name: str) -> None:
    assert plain(name) == name


@given(ANY_TEXT | EVIL_TEXT)
def test_no_cell_begins_like_a_formula_whatever_separates_the_cells(text: str) -> None:
    cell = csv_cell(plain(text, 10_000))

    for part in [cell, *cell.split(";")]:
        assert part.lstrip()[:1] not in set("=+-@＝＋－＠\t\r")


@given(ANY_TEXT | EVIL_TEXT)
def test_a_cell_loses_nothing(text: str) -> None:
    line = plain(text, 10_000)

    assert csv_cell(line).replace("'", "") == line.replace("'", "")


@pytest.mark.parametrize(
    "unseen", [" ", "\u00a0", *"\u200b\u200c\u200d\u2060\ufeff", "\u200d \u200c"]
)
@pytest.mark.parametrize("sign", "=+-@＝")
def test_nothing_unseen_hides_a_formula(unseen: str, sign: str) -> None:
    assert csv_cell(f"{unseen}{sign}1") == f"{unseen}'{sign}1"
    assert csv_cell(f"a;{unseen}{sign}1") == f"a;{unseen}'{sign}1"


def test_harmless_text_gets_no_apostrophe() -> None:
    assert csv_cell("directory.sync – 3 = 3; done") == "directory.sync – 3 = 3; done"


def test_broken_and_deep_json_is_shown_as_far_as_it_goes() -> None:
    deep: list[object] = []
    deep.append(deep)

    assert plain_json('{"half') == '{"half'
    assert plain_json({"b": 1, "a": "\ud800"}) == '{"a":"\ufffd","b":1}'
    assert plain_json(deep)
    assert plain_json({}) == plain_json([]) == plain_json(None) == ""


def test_times_are_utc_with_microseconds() -> None:
    noon = datetime(2026, 11, 25, 12, 0, 0, 5, tzinfo=UTC)

    assert csv_instant(noon) == "2026-11-25T12:00:00.000005Z"
    assert csv_instant(noon.astimezone(timezone(timedelta(hours=2)))) == csv_instant(noon)
    assert csv_instant(None) == ""


@pytest.mark.parametrize("value", [True, 1.5, "7", None, 2**80, [1]])
def test_only_whole_numbers_count(value: object) -> None:
    assert whole_number(value) is None
    assert whole_number(-7) == -7
