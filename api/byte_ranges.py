"""The one kind of `Range` that is answered with a part: a single range of bytes (RFC 9110, 14)."""

import re

from services.pack_downloads import Span

_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


class UnsatisfiableRangeError(Exception):
    """The part that was asked for is not there."""


def span_of(header: str | None, if_range: str | None, etag: str, size: int) -> Span:
    """The bytes to answer with: all of them, unless one part is asked for that still fits.

    What is no single range, or not in bytes, may be ignored, and is. Raises
    `UnsatisfiableRangeError`.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    whole = Span(0, size)
    if match is None or (if_range is not None and if_range.strip() != etag):
        return whole
    first, last = match.groups()
    if not first and not last:
        return whole
    if not first:  # the last so many
        length = min(int(last), size)
        if length == 0:
            raise UnsatisfiableRangeError
        return Span(size - length, size, is_part=True)
    start = int(first)
    if last and int(last) < start:
        return whole  # no valid range at all
    if start >= size:
        raise UnsatisfiableRangeError
    return Span(start, min(int(last) + 1, size) if last else size, is_part=True)
