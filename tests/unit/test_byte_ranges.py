"""Which bytes a `Range` asks for, by RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.byte_ranges import UnsatisfiableRangeError, span_of
from services.pack_downloads import Span

ETAG = '"a"'


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, 10),
        ("bytes=3-5", 3, 6),
        ("bytes=3-99", 3, 10),
        ("bytes=9-9", 9, 10),
        ("bytes=-3", 7, 10),
        ("bytes=-10", 0, 10),
        ("bytes=-99", 0, 10),
        ("BYTES= 3 - 5 ", 3, 6),
    ],
)
def test_a_single_range_is_a_part(header: str, start: int, end: int) -> None:
    assert span_of(header, None, ETAG, 10) == Span(start, end, is_part=True)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes=-",
        "bytes=5-3",
        "bytes=0-1,3-4",
        "bytes=a-b",
        "bytes=٣-٤",
        "bytes=0x1-2",
        "bytes 0-1",
        "lines=0-1",
        f"bytes={'9' * 19}-",
    ],
)
def test_what_is_no_single_range_of_bytes_is_ignored(header: str | None) -> None:
    assert span_of(header, None, ETAG, 10) == Span(0, 10)


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0", f"bytes={'9' * 18}-"])
def test_a_part_that_is_not_there_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        span_of(header, None, ETAG, 10)


@pytest.mark.parametrize("header", ["bytes=0-0", "bytes=0-", "bytes=-1"])
def test_of_an_empty_file_there_is_no_part(header: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        span_of(header, None, ETAG, 0)


@pytest.mark.parametrize("condition", ['"b"', 'W/"a"', "Wed, 25 Nov 2026 03:00:00 GMT", ""])
def test_a_part_of_another_file_is_not_asked_for(condition: str) -> None:
    assert span_of("bytes=3-5", condition, ETAG, 10) == Span(0, 10)


def test_a_part_of_this_very_file_is() -> None:
    assert span_of("bytes=3-5", ETAG, ETAG, 10) == Span(3, 6, is_part=True)


@given(st.text() | st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}"), st.integers(0, 10**15))
def test_no_header_at_all_leads_out_of_the_file(header: str, size: int) -> None:
    try:
        span = span_of(header, None, ETAG, size)
    except UnsatisfiableRangeError:
        return

    assert 0 <= span.start <= span.end <= size
    assert span.length > 0 or not span.is_part
