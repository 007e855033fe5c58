"""The runs that a filter asks for as a CSV file, in the order of the list, a batch at a time.

Each batch is read for itself: a run is told of as it was when its batch was read. The order is one
that no run changes, so that none is told of twice and none of those there is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.columns import utc_now
from policy.access import Scope
from services import audit
from services.auth import Viewer
from services.packs import csv_table
from services.packs.csv_table import Cell
from services.packs.failure_groups import failure_entries
from services.packs.plain_text import csv_cell, csv_instant, plain, whole_number
from services.run_filters import RunFilter, filter_parameters, settled
from services.run_matching import id_in
from services.run_order import is_place
from services.run_search import find_matching
from services.runs import RunPage, RunSnapshot

MOST_ROWS = 100_000
_PAGES = 10
_COUNTS = ("total", "processed", "succeeded", "failed", "skipped")
COLUMNS = (
    "run_id",
    "type",
    "status",
    "outcome",
    "tenant",
    "initiator",
    "created_at",
    "started_at",
    "completed_at",
    *(f"items_{name}" for name in _COUNTS),
    "attempt",
    "retry_of_run_id",
    "failure_codes",
)

Row = tuple[Cell, ...]


class PlaceGoneError(Exception):
    """The run that the next batch would go on from is no longer to be found."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export has come: which list, from which run on, and how many rows there were."""

    wanted: RunFilter
    after: int | None = None
    rows: int = 0
    is_done: bool = False
    is_cut: bool = False


def begin(session: Session, wanted: RunFilter) -> Progress:
    """An export whose period stays what it is now, however long the rest takes."""
    now: datetime = session.execute(select(utc_now())).scalar_one()
    return Progress(settled(wanted, now))


def next_batch(session: Session, scope: Scope, progress: Progress) -> tuple[list[Row], Progress]:
    """The rows of the next runs within `scope`, at most five hundred, and how far that is.

    Raises `PlaceGoneError` when the list cannot be gone on with.
    """
    found: list[Row] = []
    for _ in range(_PAGES):
        runs, progress = _next_page(session, scope, progress)
        found += map(_row, runs)  # a run may hold megabytes that no cell has
        if progress.is_done:
            break
    return found, progress


def csv_heading() -> bytes:
    """How the file begins."""
    return csv_table.csv_heading(COLUMNS)


def csv_lines(rows: Sequence[Row]) -> bytes:
    """Runs as lines in which no spreadsheet finds a formula."""
    return csv_table.csv_lines(rows)


def csv_cut() -> bytes:
    """The last line of a file that ends before the list does."""
    text = f"Cut after {MOST_ROWS} runs: narrow the filter to export the others."
    return csv_table.csv_lines([[text, *[""] * (len(COLUMNS) - 1)]])


def record_export(session: Session, viewer: Viewer, workspace_id: int, wanted: RunFilter) -> None:
    """Before the first byte: who has taken which runs away."""
    audit.record(
        session,
        "runs.exported",
        "workspace",
        workspace_id,
        workspace_id=workspace_id,
        actor_user_id=viewer.user_id,
        details={"filter": _terms(wanted)},
    )


def _next_page(
    session: Session, scope: Scope, progress: Progress
) -> tuple[list[RunSnapshot], Progress]:
    wanted, after = progress.wanted, progress.after
    if after is not None and wanted.has_period and not is_place(session, scope, wanted, after):
        raise PlaceGoneError
    onward = "newer_than" if wanted.is_oldest_first else "older_than"
    page: RunPage = find_matching(session, scope, wanted, **{onward: after})
    runs = list(page.runs)
    if after is not None:
        # The run whose id is the text comes with the first page, wherever its place is.
        runs = [run for run in runs if run.id != id_in(wanted.text)]
    room = MOST_ROWS - progress.rows
    following = getattr(page, onward)
    is_cut = len(runs) > room or (len(runs) == room and following is not None)
    runs = runs[:room]
    return runs, replace(
        progress,
        after=following,
        rows=progress.rows + len(runs),
        is_done=is_cut or following is None,
        is_cut=is_cut,
    )


def _row(run: RunSnapshot) -> Row:
    counts = run.summary_counts if isinstance(run.summary_counts, dict) else {}
    codes = [code for code, _ in failure_entries(run.failure_summary, run.ux_status)]
    return (
        run.id,
        _cell(run.type),
        _cell(run.status),
        _cell(run.outcome),
        _cell(run.tenant_name),
        _cell(run.initiator_name) or "system",
        csv_instant(run.created_at),
        csv_instant(run.started_at),
        csv_instant(run.completed_at),
        *(whole_number(counts.get(name)) for name in _COUNTS),
        whole_number(run.attempt),
        run.retry_of_id,
        _cell(" ".join(codes)),
    )


def _cell(text: Any) -> str:
    return csv_cell(plain(text))


def _terms(wanted: RunFilter) -> list[str]:
    return [f"{name}={value}" for name, value in filter_parameters(wanted)]
