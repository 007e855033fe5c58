"""How many runs have ended in which way, and the numbers behind the bars."""

from ui.components.viewed import Viewed


class OutcomeTotals(Viewed, component="outcome_totals.js"):
    """The legend of the bars, whose numbers lead to the runs; for screen readers also a table."""
