"""Addresses of lists of runs, filtered."""

from collections.abc import Iterable
from urllib.parse import urlencode

from policy.status import UxStatus

DAY, WEEK = "24h", "7d"


def runs_href(
    statuses: Iterable[UxStatus] = (), *, type_: str = "", tenant: str = "", last: str = ""
) -> str:
    """The operations list, of what is given only; `last` is `DAY` or `WEEK`."""
    given = [("status", status.value) for status in statuses]
    given += [(n, v) for n, v in (("type", type_), ("tenant", tenant), ("last", last)) if v]
    return f"/operations?{urlencode(given, errors='replace')}" if given else "/operations"


def run_href(run_id: int) -> str:
    """The page of one run."""
    return f"/operations/{run_id}"
