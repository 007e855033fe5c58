"""The filters of a list of runs, as a form of the browser's own that leads to an address."""

from ui.components.viewed import Viewed
from ui.presenters.run_filter import FilterView


class RunFilterForm(Viewed, component="run_filter_form.js"):
    """Counts by status, fields, what is chosen, and what was not understood.

    What else belongs to the list's bar is built within: `with RunFilterForm(view): …`.
    """

    def __init__(self, view: FilterView) -> None:
        super().__init__(view)
        self.mark("run-filters")
