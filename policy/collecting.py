"""When the whole memory may be searched for what is not used any more: it stops everything.

The search takes some half millisecond for each open page. So it waits until enough pages are gone
to be worth it, is done sooner while few are open, and never left undone for ever.
"""

_FEW_PAGES = 40  # a search among so many is over before anybody notices
_FEW_WAIT = 60.0
_GONE_AT_LEAST = 25
_GONE_SHARE = 10  # one gone for so many open: what they hold is a tenth of what is needed
_LONGEST_WAIT = 3600.0


def is_collection_due(*, open_pages: int, gone_pages: int, since_last: float) -> bool:
    """Whether to search now; `gone_pages` are closed and still hold their memory."""
    if gone_pages >= max(_GONE_AT_LEAST, open_pages // _GONE_SHARE):
        return True
    if gone_pages and open_pages + gone_pages <= _FEW_PAGES and since_last >= _FEW_WAIT:
        return True
    return since_last >= _LONGEST_WAIT
