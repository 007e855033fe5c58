"""When memory is searched: enough to gain, or nobody to notice, or long enough ago."""

import pytest

from policy.collecting import is_collection_due


@pytest.mark.parametrize(
    ("open_pages", "gone_pages", "since_last", "is_due"),
    [
        (4000, 0, 10, False),  # nothing to gain
        (4000, 399, 10, False),
        (4000, 400, 10, True),  # a tenth
        (100, 24, 10, False),
        (100, 25, 10, True),
        (30, 10, 59, False),
        (30, 10, 60, True),  # over before anybody notices
        (30, 11, 60, False),
        (0, 1, 60, True),
        (0, 0, 60, False),
        (4000, 0, 3599, False),
        (4000, 0, 3600, True),  # also what is no page's goes some day
    ],
)
def test_memory_is_searched_when_it_is_worth_it(
    open_pages: int, gone_pages: int, since_last: float, is_due: bool
) -> None:
    due = is_collection_due(open_pages=open_pages, gone_pages=gone_pages, since_last=since_last)

    assert due is is_due
