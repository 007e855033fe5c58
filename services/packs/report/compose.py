"""From evidence to a report: which chapters there are, and what stands on top."""

from collections.abc import Callable

from services.packs.evidence import Evidence
from services.packs.order import Section
from services.packs.report import words
from services.packs.report.document import Document, Part
from services.packs.report.people_parts import access_part, audit_part, packs_part
from services.packs.report.run_parts import failures_part, runs_part
from services.packs.report.summary import summary

_PARTS: dict[Section, Callable[[Evidence], Part]] = {
    Section.RUNS: runs_part,
    Section.FAILURES: failures_part,
    Section.ACCESS: access_part,
    Section.AUDIT: audit_part,
    Section.PACKS: packs_part,
}


def compose(evidence: Evidence) -> Document:
    """The whole report. It says what is persisted, and when that was; it judges nothing else."""
    place, order = evidence.place, evidence.order
    parts = [
        part(evidence) for section, part in _PARTS.items() if section in order.options.sections
    ]
    return Document(
        title=f"Review pack – {place.tenant_name}",
        subtitle=words.period(order.options.period_from, order.options.period_to),
        facts=(
            ("Tenant", f"{place.tenant_name} ({place.tenant_slug})"),
            ("Workspace", f"{place.workspace_name} ({place.workspace_slug})"),
            ("Asked for by", _person(place.asked_by_name, place.asked_by_email)),
            ("Generated", words.minute(order.generated_at)),
            ("Pack", f"No. {order.pack_id}, by Stillwatch {order.software_version}"),
        ),
        parts=(summary(evidence), *parts, _about(evidence)),
        footer=f"{place.tenant_name} · review pack {order.pack_id}",
    )


def _person(name: str, email: str) -> str:
    return f"{name} <{email}>" if email else name


def _about(evidence: Evidence) -> Part:
    left_out = [s.value for s in Section if s not in evidence.order.options.sections]
    paragraphs = [
        "Everything in this report was read from the persisted records of the console, in one "
        "consistent view of the database; nothing was entered by hand. All times are in UTC. The "
        "run that made this pack is not part of it.",
        "The archive that this report came in holds the full data as CSV, and manifest.json with "
        "the size, the number of rows and the SHA-256 checksum of each file. To check it without "
        "the console: stillwatch pack verify FILE.",
        "In the CSV files an apostrophe stands before cells that a spreadsheet would otherwise "
        "execute as a formula.",
    ]
    if left_out:
        paragraphs.append(f"Not asked for, and left out: {', '.join(left_out)}.")
    return Part("About this report", tuple(paragraphs), ())
