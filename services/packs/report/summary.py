"""The first page: what a manager needs to know, in sentences, figures and one picture."""

from policy.status import UxStatus
from services.packs.evidence import Evidence
from services.packs.failure_groups import FailureGroup
from services.packs.order import Section
from services.packs.period import Width, buckets, width_of
from services.packs.report import words
from services.packs.report.document import (
    Bar,
    Cell,
    Chart,
    Column,
    Figure,
    Figures,
    Part,
    Table,
    Tone,
)
from services.packs.run_statistics import Tally

_WIDTHS = {Width.DAY: "day", Width.WEEK: "week", Width.MONTH: "month"}
_SOUND = 0.95
_POOR = 0.8
_MOST_OPEN = 6


def summary(evidence: Evidence) -> Part:
    groups = evidence.runs.failures.groups()
    tally = evidence.runs.all.tally
    return Part(
        "Summary",
        (_in_short(evidence, tally), *_on_failures(tally, groups)),
        (
            _figures(evidence, tally, groups),
            _chart(evidence),
            *_look_here_first(evidence, [g for g in groups if g.is_recovered is False]),
        ),
    )


def _in_short(evidence: Evidence, tally: Tally) -> str:
    name = evidence.place.tenant_name
    if tally.total == 0:
        return (
            f"No run was requested for {name} in this period. The pack records that there was "
            "nothing to report, and what else was asked for."
        )
    requested = words.counted(tally.total, "run was", "runs were")
    sentence = f"{requested} requested for {name} in this period."
    if tally.success_rate is None:
        return f"{sentence} None of them has ended by itself yet."
    return (
        f"{sentence} {words.number(tally.judged)} ended by themselves, and "
        f"{words.percent(tally.success_rate)} of those succeeded in full; "
        f"{words.number(tally.of(UxStatus.PARTIAL))} succeeded in part and "
        f"{words.number(tally.of(UxStatus.FAILED))} failed."
    )


def _on_failures(tally: Tally, groups: list[FailureGroup]) -> tuple[str, ...]:
    if not groups:
        return ("No failure was recorded.",) if tally.total else ()
    open_ = sum(1 for group in groups if group.is_recovered is False)
    kinds = words.counted(len(groups), "kind of failure was", "kinds of failure were")
    if open_ == 0:
        return (
            f"{kinds} recorded. After the last occurrence of each, a later run of the same type "
            "succeeded within the period.",
        )
    open_kinds = words.counted(open_, "kind was", "kinds were")
    return (
        f"{kinds} recorded. {open_kinds} not followed by a successful run of the same type within "
        "the period: look there first.",
    )


def _figures(evidence: Evidence, tally: Tally, groups: list[FailureGroup]) -> Figures:
    open_ = sum(1 for group in groups if group.is_recovered is False)
    durations = evidence.runs.all.durations
    active = sum(tally.of(status) for status in UxStatus if status.is_active)
    figures = [
        Figure("Runs", words.number(tally.total), f"{words.number(active)} not ended yet"),
        Figure(
            "Success rate",
            words.percent(tally.success_rate),
            "of runs that ended",
            _tone(tally.success_rate),
        ),
        Figure(
            "Typical duration",
            words.span(durations.percentile(0.5)),
            f"95 % within {words.span(durations.percentile(0.95))}"
            if durations.longest
            else "no run has ended",
        ),
        Figure(
            "Open kinds of failure",
            words.number(open_),
            f"of {words.number(len(groups))} recorded",
            Tone.BAD if open_ else Tone.GOOD,
        ),
    ]
    if Section.ACCESS in evidence.order.options.sections:
        changes = evidence.trail.member_changes.count
        figures.append(
            Figure(
                "Rights of access",
                words.number(evidence.access.count),
                words.counted(changes, "change in the period", "changes in the period"),
            )
        )
    return Figures(tuple(figures))


def _tone(rate: float | None) -> Tone | None:
    if rate is None:
        return None
    return Tone.GOOD if rate >= _SOUND else Tone.MIXED if rate >= _POOR else Tone.BAD


def _chart(evidence: Evidence) -> Chart:
    options = evidence.order.options
    width = width_of(options.period_from, options.period_to)
    bars = []
    for bucket in buckets(options.period_from, options.period_to):
        counted = evidence.runs.in_bucket(bucket)
        label = f"{bucket.first:%b %Y}" if width is Width.MONTH else words.day(bucket.first)
        bars.append(_bar(label, counted))
    return Chart(
        f"Runs and success rate per {_WIDTHS[width]} (UTC)", tuple(bars), _in_words(bars, width)
    )


def _bar(label: str, tally: Tally) -> Bar:
    judged = (
        tally.of(UxStatus.SUCCEEDED),
        tally.of(UxStatus.PARTIAL),
        tally.of(UxStatus.FAILED),
    )
    return Bar(label, *judged, tally.total - sum(judged), tally.success_rate)


def _look_here_first(evidence: Evidence, open_: list[FailureGroup]) -> tuple[Table, ...]:
    if not open_ or Section.FAILURES not in evidence.order.options.sections:
        return ()
    return (
        Table(
            "Failures without a later success",
            (
                Column("Code", 24),
                Column("Type of run", 24),
                Column("Failures", 12, True),
                Column("Last (UTC)", 22),
                Column("In run", 12, True),
            ),
            tuple(
                (
                    Cell(words.short(group.code)),
                    Cell(words.short(group.type)),
                    Cell(words.number(group.occurrences)),
                    Cell(words.moment(group.last_at)),
                    Cell(str(group.last_run_id)),
                )
                for group in open_[:_MOST_OPEN]
            ),
            "",
            f"The latest {_MOST_OPEN}; see Failures for all." if len(open_) > _MOST_OPEN else "",
        ),
    )


def _in_words(bars: list[Bar], width: Width) -> str:
    busiest = max(bars, key=lambda bar: bar.runs)
    if busiest.runs == 0:
        return "No run in this period."
    text = (
        f"Most runs in one {_WIDTHS[width]}: {words.number(busiest.runs)}, beginning "
        f"{busiest.label}."
        if width is not Width.DAY
        else f"Most runs on one day: {words.number(busiest.runs)}, on {busiest.label}."
    )
    rated = [(bar.rate, bar) for bar in bars if bar.rate is not None]
    if not rated:
        return text
    rate, worst = min(rated, key=lambda pair: pair[0])
    return f"{text} Lowest success rate: {words.percent(rate)}, {worst.label}."
