"""How runs have ended, as bars that fit either theme."""

from typing import Any

from nicegui import ui

from ui.presenters.overview.outcomes import OutcomesView, SeriesView

_QUIET = "var(--quiet)"


class OutcomeChart(ui.echart):
    """Bars of one view; an equal view sends nothing.

    It is drawn as SVG, whose colours may be variables of the stylesheet: so it follows the theme,
    which the browser changes without a word to us.
    """

    def __init__(self) -> None:
        super().__init__({}, renderer="svg")
        self.classes("outcome-chart").props('role="img"')
        self._shown: OutcomesView | None = None

    def show(self, view: OutcomesView) -> bool:
        """Put `view` on the screen; return whether that changed anything."""
        if view == self._shown:
            return False
        self._shown = view
        self.props["aria-label"] = f"{view['title']}. {view['summary']}"
        self.options.clear()
        self.options.update(chart_options(view))
        self.update()
        return True


def chart_options(view: OutcomesView) -> dict[str, Any]:
    """The bars of `view` as the chart component takes them."""
    return {
        "animation": False,
        "textStyle": {"fontFamily": "system-ui, sans-serif"},
        "grid": {"left": 4, "right": 14, "top": 10, "bottom": 6, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "axisPointer": {"type": "shadow", "shadowStyle": {"color": "var(--quiet-soft)"}},
            "backgroundColor": "var(--surface)",
            "borderColor": "var(--line)",
            "textStyle": {"color": "var(--text)", "fontSize": 12, "fontFamily": "inherit"},
        },
        "xAxis": {
            "type": "category",
            "data": view["labels"],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "var(--line)"}},
            "axisLabel": {"color": _QUIET, "fontSize": 11, "hideOverlap": True},
        },
        "yAxis": {
            "type": "value",
            "minInterval": 1,
            "splitNumber": 3,
            "axisLabel": {"color": _QUIET, "fontSize": 11},
            "splitLine": {"lineStyle": {"color": "var(--line)"}},
        },
        "series": [_series(series) for series in view["series"]],
    }


def _series(series: SeriesView) -> dict[str, Any]:
    return {
        "type": "bar",
        "stack": "runs",
        "name": series["name"],
        "data": series["counts"],
        "barCategoryGap": "24%",
        "itemStyle": {"color": f"var(--bar-{series['tone']})"},
        # A brighter colour is worked out from the colour itself, which a variable does not tell.
        "emphasis": {"disabled": True},
    }
