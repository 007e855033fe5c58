"""The last hour as lines that fit either theme."""

from typing import Any

from nicegui import ui

from ui.components.viewed import Viewed
from ui.presenters.refresh.charts import HourView, LineView

_QUIET = "var(--quiet)"


class HourChart:
    """A chart below its key; an equal view sends nothing, and one without lines is not there."""

    def __init__(self) -> None:
        with ui.element("div").classes("card hour-chart") as self._card:
            self._key = _Key()
            self._chart = ui.echart({}, renderer="svg")
            self._chart.classes("outcome-chart").props('role="img"')
        self._card.set_visibility(False)
        self._shown: HourView | None = None

    def show(self, view: HourView) -> bool:
        """Put `view` on the screen; return whether that changed anything."""
        if view == self._shown:
            return False
        self._shown = view
        self._card.set_visibility(bool(view["lines"]))
        self._key.show({**view, "labels": [], "lines": [_word(line) for line in view["lines"]]})
        self._chart.props["aria-label"] = f"{view['title']}. {view['summary']}"
        self._chart.options.clear()
        self._chart.options.update(chart_options(view))
        self._chart.update()
        return True


class _Key(Viewed, component="hour_key.js"):
    """What each line stands for, with its newest value."""


def chart_options(view: HourView) -> dict[str, Any]:
    """The lines of `view` as the chart component takes them."""
    return {
        "animation": False,
        "textStyle": {"fontFamily": "system-ui, sans-serif"},
        "grid": {"left": 4, "right": 14, "top": 10, "bottom": 6, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "axisPointer": {"lineStyle": {"color": _QUIET}},
            "backgroundColor": "var(--surface)",
            "borderColor": "var(--line)",
            "textStyle": {"color": "var(--text)", "fontSize": 12, "fontFamily": "inherit"},
        },
        "xAxis": {
            "type": "category",
            "data": view["labels"],
            "boundaryGap": False,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "var(--line)"}},
            "axisLabel": {"color": _QUIET, "fontSize": 11, "hideOverlap": True},
        },
        "yAxis": {
            "type": "value",
            "splitNumber": 3,
            "axisLabel": {"color": _QUIET, "fontSize": 11},
            "splitLine": {"lineStyle": {"color": "var(--line)"}},
        },
        "series": [_series(line, is_stacked=view["is_stacked"]) for line in view["lines"]],
    }


def _series(line: LineView, *, is_stacked: bool) -> dict[str, Any]:
    colour = f"var(--{line['tone']})"
    area = {"stack": "all", "areaStyle": {"color": colour, "opacity": 0.25}} if is_stacked else {}
    return {
        "type": "line",
        "name": line["name"],
        "data": line["values"],
        # A single point between two gaps is seen as well.
        "showSymbol": sum(value is not None for value in line["values"]) < 3,
        "symbolSize": 4,
        "lineStyle": {"color": colour, "width": 1.5},
        "itemStyle": {"color": colour},
        "emphasis": {"disabled": True},
        **area,
    }


def _word(line: LineView) -> dict[str, str]:
    return {"name": line["name"], "tone": line["tone"], "newest": line["newest"]}
