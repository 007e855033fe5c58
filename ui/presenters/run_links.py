"""Addresses of lists of runs, filtered."""

from urllib.parse import urlencode


def runs_href(*, status: str = "", type_: str = "", tenant: str = "") -> str:
    """The operations list, of what is given only."""
    given = {"status": status, "type": type_, "tenant": tenant}
    query = urlencode({name: value for name, value in given.items() if value}, errors="replace")
    return f"/operations?{query}" if query else "/operations"


def run_href(run_id: int) -> str:
    """The page of one run."""
    return f"/operations/{run_id}"
