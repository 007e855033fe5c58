"""What the page of a bulk run knows of its items: read again only when the run has moved."""

from dataclasses import replace

from models import BULK_RUN
from services.bulk_items import BulkKey, BulkResult
from services.runs import RunSnapshot
from ui.console import Console

_FOR_EVER = float("inf")


class BulkReading:
    """The items of one run, if it is a bulk run; shared by all who see it at that version."""

    def __init__(self, console: Console) -> None:
        self._shared = console.bulk_results
        self._version: int | None = None
        self._results: tuple[BulkResult, ...] = ()

    async def beside(self, run: RunSnapshot) -> RunSnapshot:
        """`run` with what it has come to at that version."""
        if run.type != BULK_RUN:
            return run
        if run.version != self._version:
            watch = self._shared.watch(BulkKey(run.id, run.version))
            try:
                # Begun after the version was seen, so never behind it.
                self._results = await watch.read(_FOR_EVER)
            finally:
                watch.close()
            self._version = run.version
        results = self._results
        return run.once("bulk", lambda: replace(run, bulk=results))
