"""Makes a review pack: gathers the evidence in one consistent view, then draws the report."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from policy.status import UxStatus
from services.database import Database
from services.packs import csv_rows
from services.packs.access_evidence import read_access
from services.packs.archive_writer import ArchiveWriter, MemberFacts
from services.packs.audit_evidence import read_audit
from services.packs.csv_table import CsvTable
from services.packs.earlier_packs import read_earlier_packs
from services.packs.evidence import Evidence
from services.packs.order import PackOrder, Progress, Section, Stage, Step
from services.packs.place import find_place
from services.packs.report.compose import compose
from services.packs.report.html import render_html
from services.packs.report.pdf import render_pdf
from services.packs.run_evidence import read_runs
from services.packs.run_statistics import RunStatistics


@dataclass(frozen=True, slots=True)
class MadePack:
    """What came of it: `counts` go to the pack's summary, as they stand in the manifest."""

    counts: Mapping[str, int]
    members: tuple[MemberFacts, ...]


def make_pack(database: Database, order: PackOrder, file: BinaryIO, progress: Progress) -> MadePack:
    """Write the archive to `file`, a seekable one open for writing, which stays open.

    Runs by the million need some ten MB: rows are read in ranges and go to the archive as they
    come. Raises what `progress` raises, `PackTenantGoneError`, or `OSError` from `file`, which
    then holds nothing of use.
    """
    with ArchiveWriter(file) as archive:
        with database.reading() as session:
            evidence = _gather(_in_one_view(database, session), order, archive, progress)
        _write_failures(evidence, archive)
        _write_report(evidence, archive, progress)
        counts = _counts(evidence)
        return MadePack(counts, archive.close_with(_manifest(evidence, counts)))


def _in_one_view(database: Database, session: Session) -> Session:
    # SQLite shows a transaction one state anyway, at the price of a write-ahead log that cannot
    # be folded in meanwhile. PostgreSQL must be asked.
    if not database.is_sqlite:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return session


def _gather(
    session: Session, order: PackOrder, archive: ArchiveWriter, progress: Progress
) -> Evidence:
    statistics = RunStatistics(include_failure_details=order.options.include_failure_details)
    evidence = Evidence(find_place(session, order), order, statistics)
    progress(Step(Stage.RUNS, 0, 0.0))
    _write_runs(session, evidence, archive, progress)
    _write_access(session, evidence, archive)
    _write_audit(session, evidence, archive, progress)
    if Section.PACKS in order.options.sections:
        evidence.packs.extend(read_earlier_packs(session, order))
    return evidence


def _write_runs(
    session: Session, evidence: Evidence, archive: ArchiveWriter, progress: Progress
) -> None:
    count = 0
    with _table(archive, evidence.order, Section.RUNS, csv_rows.RUN_COLUMNS) as table:
        for part in read_runs(session, evidence.order):
            for run in part.rows:
                evidence.runs.add(run)
            if table is not None:
                table.add(map(csv_rows.run_row, part.rows))
            count += len(part.rows)
            _report(progress, Step(Stage.RUNS, count, part.share))


def _write_access(session: Session, evidence: Evidence, archive: ArchiveWriter) -> None:
    options = evidence.order.options
    if Section.ACCESS not in options.sections:
        return
    with _table(archive, evidence.order, Section.ACCESS, csv_rows.ACCESS_COLUMNS) as table:
        for line in read_access(session, evidence.place, options):
            evidence.access.add((line,))
            if table is not None:
                table.add((csv_rows.access_row(line, options.period_to),))


def _write_audit(
    session: Session, evidence: Evidence, archive: ArchiveWriter, progress: Progress
) -> None:
    """The access chapter tells of changes, so it needs that much of the trail by itself."""
    sections = evidence.order.options.sections
    if not sections & {Section.AUDIT, Section.ACCESS}:
        return
    count = evidence.runs.count
    only_members = Section.AUDIT not in sections
    _report(progress, Step(Stage.AUDIT, count, 0.0))
    with _table(archive, evidence.order, Section.AUDIT, csv_rows.AUDIT_COLUMNS) as table:
        for part in read_audit(session, evidence.place, evidence.order, only_members=only_members):
            evidence.trail.add(part.rows)
            if table is not None:
                table.add(map(csv_rows.audit_row, part.rows))
            _report(progress, Step(Stage.AUDIT, count, part.share))


def _write_failures(evidence: Evidence, archive: ArchiveWriter) -> None:
    with_details = evidence.order.options.include_failure_details
    columns = csv_rows.FAILURE_COLUMNS + (csv_rows.DETAIL_COLUMNS if with_details else ())
    with _table(archive, evidence.order, Section.FAILURES, columns) as table:
        if table is not None:
            table.add(
                csv_rows.failure_row(group, include_details=with_details)
                for group in evidence.runs.failures.groups()
            )


def _write_report(evidence: Evidence, archive: ArchiveWriter, progress: Progress) -> None:
    count = evidence.runs.count
    _report(progress, Step(Stage.REPORT, count, 0.0))
    document = compose(evidence)
    with archive.member("report.html") as member:
        member.write(render_html(document).encode("utf-8", "replace"))
    _report(progress, Step(Stage.REPORT, count, 0.2))
    with archive.member("report.pdf") as member:
        member.write(
            render_pdf(
                document,
                evidence.order.generated_at,
                lambda share: _report(progress, Step(Stage.REPORT, count, 0.2 + 0.8 * share)),
            )
        )
    _report(progress, Step(Stage.REPORT, count, 1.0))


@contextmanager
def _table(
    archive: ArchiveWriter, order: PackOrder, section: Section, columns: Sequence[str]
) -> Iterator[CsvTable | None]:
    """The CSV of a section, or None when it was not asked for."""
    if section not in order.options.sections:
        yield None
        return
    with archive.member(f"{section.value}.csv") as member:
        yield CsvTable(member, columns)


def _report(progress: Progress, step: Step) -> None:
    time.sleep(0)  # lets the thread that serves the pages have the interpreter
    progress(step)


def _counts(evidence: Evidence) -> dict[str, int]:
    tally = evidence.runs.all.tally
    groups = evidence.runs.failures.groups()
    return {
        "runs": tally.total,
        **{f"runs_{status.value}": tally.of(status) for status in UxStatus},
        "failures": sum(group.occurrences for group in groups),
        "failure_groups": len(groups),
        "access": evidence.access.count,
        "audit_entries": evidence.trail.entries.count,
        "earlier_packs": len(evidence.packs),
    }


def _manifest(evidence: Evidence, counts: Mapping[str, int]) -> dict[str, Any]:
    place, order = evidence.place, evidence.order
    return {
        "pack": order.pack_id,
        "run": order.run_id,
        "tenant": {"slug": place.tenant_slug, "name": place.tenant_name},
        "workspace": {"slug": place.workspace_slug, "name": place.workspace_name},
        "asked_by": {"name": place.asked_by_name, "email": place.asked_by_email},
        "generated_at": order.generated_at.isoformat(),
        "software": {"name": "stillwatch", "version": order.software_version},
        "options": order.options.as_json(),
        "counts": dict(counts),
    }
