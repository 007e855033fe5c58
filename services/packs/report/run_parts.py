"""The chapters on what ran: by type and initiator, each of the latest runs, and the failures."""

from policy.status import UxStatus, ux_status
from services.packs.evidence import Evidence
from services.packs.failure_groups import FailureGroup
from services.packs.report import words
from services.packs.report.document import Cell, Column, Part, Table, Tone
from services.packs.run_evidence import RunRow, duration
from services.packs.run_statistics import SYSTEM, Tally

_MOST_LINES = 40
_MOST_GROUPS = 100


def runs_part(evidence: Evidence) -> Part:
    return Part(
        "Runs",
        (
            "A run is one piece of operational work. It succeeded in part when some of its items "
            "failed. The success rate leaves out runs that were cancelled or have not ended: "
            "they prove nothing either way.",
        ),
        (_by_type(evidence), _by_initiator(evidence), _latest(evidence)),
    )


def failures_part(evidence: Evidence) -> Part:
    groups = evidence.runs.failures.groups()
    with_details = evidence.order.options.include_failure_details
    paragraphs = [
        "Failures are grouped by their code and the type of run. “Later success” says whether a "
        "run of the same type, requested after the last occurrence and within the period, "
        "succeeded in full.",
    ]
    if not with_details:
        paragraphs.append("Messages and samples were not asked for, and are left out.")
    blocks = [_groups(groups[:_MOST_GROUPS], len(groups))]
    if with_details:
        blocks.append(_details(groups[:_MOST_GROUPS]))
    return Part("Failures", tuple(paragraphs), tuple(blocks))


def _by_type(evidence: Evidence) -> Table:
    lines = evidence.runs.by_type()
    return Table(
        "By type of run",
        (
            Column("Type", 26),
            *_TALLY_COLUMNS,
            Column("Typical", 11, True),
            Column("95 %", 11, True),
        ),
        tuple(
            (
                Cell(words.short(name)),
                *_tally_cells(figures.tally),
                Cell(words.span(figures.durations.percentile(0.5))),
                Cell(words.span(figures.durations.percentile(0.95))),
            )
            for name, figures in lines[:_MOST_LINES]
        ),
        "No run was requested in this period.",
        _cut(len(lines), _MOST_LINES, "types", "The most frequent"),
    )


def _by_initiator(evidence: Evidence) -> Table:
    lines = evidence.runs.by_initiator()
    return Table(
        "By initiator",
        (Column("Initiator", 24), Column("Account", 24), *_TALLY_COLUMNS),
        tuple(
            (Cell(words.short(name)), Cell(words.short(email) or "–"), *_tally_cells(tally))
            for (name, email), tally in lines[:_MOST_LINES]
        ),
        "No run was requested in this period.",
        _cut(len(lines), _MOST_LINES, "initiators", "The busiest"),
    )


_TALLY_COLUMNS = (
    Column("Runs", 9, True),
    Column("In full", 9, True),
    Column("In part", 9, True),
    Column("Failed", 9, True),
    Column("Rate", 9, True),
)


def _tally_cells(tally: Tally) -> tuple[Cell, ...]:
    return (
        Cell(words.number(tally.total)),
        Cell(words.number(tally.of(UxStatus.SUCCEEDED))),
        Cell(words.number(tally.of(UxStatus.PARTIAL))),
        Cell(words.number(tally.of(UxStatus.FAILED))),
        Cell(words.percent(tally.success_rate)),
    )


def _latest(evidence: Evidence) -> Table:
    total = evidence.runs.count
    shown = len(evidence.runs.latest)
    return Table(
        "Latest runs",
        (
            Column("Run", 9, True),
            Column("Type", 20),
            Column("State", 19),
            Column("Initiator", 20),
            Column("Created (UTC)", 19),
            Column("Duration", 12, True),
        ),
        tuple(_run_cells(run) for run in reversed(evidence.runs.latest)),
        "No run was requested in this period.",
        f"The latest {words.number(shown)} of {words.number(total)} runs; all of them, with their "
        "counts, are in runs.csv."
        if shown < total
        else "Their counts are in runs.csv.",
    )


def _run_cells(run: RunRow) -> tuple[Cell, ...]:
    return (
        Cell(str(run.id)),
        Cell(words.short(run.type)),
        words.status_cell(ux_status(run.status, run.outcome)),
        Cell(words.short(run.initiator) or SYSTEM),
        Cell(words.moment(run.created_at)),
        Cell(words.span(duration(run))),
    )


def _groups(groups: list[FailureGroup], total: int) -> Table:
    return Table(
        "By code",
        (
            Column("Code", 18),
            Column("Type of run", 18),
            Column("Failures", 9, True),
            Column("Runs", 8, True),
            Column("First (UTC)", 17),
            Column("Last (UTC)", 17),
            Column("Later success", 17),
        ),
        tuple(
            (
                Cell(words.short(group.code)),
                Cell(words.short(group.type)),
                Cell(words.number(group.occurrences)),
                Cell(words.number(group.runs)),
                Cell(words.moment(group.first_at)),
                Cell(words.moment(group.last_at)),
                _recovery(group),
            )
            for group in groups
        ),
        "No failure was recorded in this period.",
        _cut(total, _MOST_GROUPS, "groups", "The most recent"),
    )


def _recovery(group: FailureGroup) -> Cell:
    if group.is_recovered is None:
        return Cell("–", Tone.QUIET)
    if not group.is_recovered:
        return Cell("None yet", Tone.BAD)
    return Cell(words.moment(group.recovered_at), Tone.GOOD)


def _details(groups: list[FailureGroup]) -> Table:
    return Table(
        "What the first of each said",
        (
            Column("Code", 16),
            Column("Type of run", 16),
            Column("Message", 34),
            Column("Sample", 34),
        ),
        tuple(
            (
                Cell(words.short(g.code)),
                Cell(words.short(g.type)),
                Cell(g.message or "–"),
                Cell(g.sample or "–"),
            )
            for g in groups
        ),
        "No failure was recorded in this period.",
    )


def _cut(total: int, most: int, what: str, which: str) -> str:
    if total <= most:
        return ""
    return f"{which} {words.number(most)} of {words.number(total)} {what} are shown."
