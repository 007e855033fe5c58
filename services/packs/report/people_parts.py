"""The chapters on who: rights of access and their changes, the audit trail, the packs before."""

from datetime import datetime
from typing import Any

from services.packs.audit_evidence import AuditRow
from services.packs.earlier_packs import MOST_PACKS_SHOWN
from services.packs.evidence import Evidence, Latest
from services.packs.plain_text import plain_json
from services.packs.report import words
from services.packs.report.document import Cell, Column, Part, Table, Tone
from services.packs.run_statistics import SYSTEM

_LONGEST_DETAIL = 160


def access_part(evidence: Evidence) -> Part:
    return Part(
        "Access",
        (
            "Everyone who could see this tenant at any time in the period, also if only for a "
            "part of it: by a role in the tenant itself, or by a role in its workspace, which "
            "reaches all of its tenants. Tokens let programs act in the workspace.",
        ),
        (_rights(evidence), _changes(evidence.trail.member_changes)),
    )


def audit_part(evidence: Evidence) -> Part:
    return Part(
        "Audit trail",
        (
            "What was done to this tenant, its runs, its review packs and its members, as it was "
            "recorded together with each deed. Entries without a person are the system's own, or "
            "were made at the command line.",
        ),
        (_actions(evidence), _entries(evidence.trail.entries)),
    )


def packs_part(evidence: Evidence) -> Part:
    packs = evidence.packs
    return Part(
        "Earlier review packs",
        ("The packs that were made of this tenant before this one, whatever their period.",),
        (
            Table(
                "Packs",
                (
                    Column("Pack", 8, True),
                    Column("Asked for (UTC)", 19),
                    Column("By", 18),
                    Column("Period", 22),
                    Column("State", 12),
                    Column("Size", 9, True),
                    Column("SHA-256 begins", 18),
                ),
                tuple(
                    (
                        Cell(str(pack.id)),
                        Cell(words.moment(pack.created_at)),
                        Cell(words.short(pack.asked_by)),
                        Cell(" to ".join(filter(None, pack.period)) or "–"),
                        Cell(pack.status.capitalize()),
                        Cell(words.size(pack.file_size)),
                        Cell(pack.sha256[:16] or "–"),
                    )
                    for pack in packs[:MOST_PACKS_SHOWN]
                ),
                "This is the tenant's first review pack.",
                f"The latest {MOST_PACKS_SHOWN} are shown; there are more."
                if len(packs) > MOST_PACKS_SHOWN
                else "",
            ),
        ),
    )


def _rights(evidence: Evidence) -> Table:
    period_to = evidence.order.options.period_to
    return Table(
        "Rights",
        (
            Column("Name", 22),
            Column("Account", 26),
            Column("Role", 18),
            Column("Reaches", 14),
            Column("Since (UTC)", 22),
            Column("Until (UTC)", 22),
        ),
        tuple(
            (
                Cell(words.short(line.name)),
                Cell(words.short(line.email) or "–"),
                Cell(words.role(line.role)),
                Cell("Workspace" if line.is_of_workspace else "This tenant"),
                Cell(words.moment(line.granted_at)),
                _until(line.ended_at, period_to),
            )
            for line in evidence.access.items
        ),
        "Nobody had access to this tenant in the period.",
        _left_out(evidence.access, "rights", "access.csv"),
    )


def _until(ended_at: datetime | None, period_to: datetime) -> Cell:
    if ended_at is None:
        return Cell("Still held", Tone.GOOD)
    return Cell(words.moment(ended_at), Tone.QUIET if ended_at < period_to else None)


def _changes(changes: Latest[AuditRow]) -> Table:
    return Table(
        "Changes of access in the period",
        (Column("When (UTC)", 18), Column("What", 24), Column("Whom", 26), Column("By", 20)),
        tuple(
            (
                Cell(words.moment(row.at)),
                Cell(_change(row)),
                Cell(words.short(row.subject_email or row.subject) or "–"),
                Cell(words.short(row.actor) or SYSTEM),
            )
            for row in reversed(changes.items)
        ),
        "No access was granted or taken away in the period.",
        _left_out(changes, "changes", "audit.csv"),
    )


def _change(row: AuditRow) -> str:
    details = row.details if isinstance(row.details, dict) else {}
    tenant = words.short(details.get("tenant"))
    where = f"in {tenant}" if tenant else "in the workspace"
    if row.action == "member.set":
        return f"{words.role(words.short(details.get('role')))} {where}"
    if row.action == "member.revoked":
        return f"Role taken away {where}"
    return words.short(row.action)


def _actions(evidence: Evidence) -> Table:
    actions = sorted(evidence.trail.actions.items(), key=lambda item: (-item[1], item[0]))
    return Table(
        "What was recorded, and how often",
        (Column("Action", 60), Column("Entries", 20, True)),
        tuple((Cell(words.short(action)), Cell(words.number(count))) for action, count in actions),
        "Nothing was recorded in this period.",
    )


def _entries(entries: Latest[AuditRow]) -> Table:
    return Table(
        "Latest entries",
        (
            Column("When (UTC)", 24),
            Column("Who", 18),
            Column("Action", 20),
            Column("On", 20),
            Column("Details", 40),
        ),
        tuple(
            (
                Cell(words.moment(row.at)),
                Cell(words.short(row.actor) or SYSTEM),
                Cell(words.short(row.action)),
                Cell(_object(row)),
                Cell(plain_json(row.details, _LONGEST_DETAIL) or "–"),
            )
            for row in reversed(entries.items)
        ),
        "Nothing was recorded in this period.",
        _left_out(entries, "entries", "audit.csv"),
    )


def _object(row: AuditRow) -> str:
    if row.subject_email:
        return words.short(row.subject_email)
    kind = words.short(row.object_type).replace("operation_run", "run").replace("_", " ")
    return f"{kind} {row.object_id}" if row.object_id is not None else kind


def _left_out(items: Latest[Any], what: str, file: str) -> str:
    shown = len(items.items)
    if shown == items.count:
        return ""
    return (
        f"The latest {words.number(shown)} of {words.number(items.count)} {what}; "
        f"all of them are in {file}."
    )
