"""The chart of a report as SVG that stands alone: no script, no font, nothing fetched."""

import sys
from collections.abc import Sequence
from typing import Any

from services.packs.report.document import Bar, Chart
from services.packs.report.palette import ACCENT, BAD, LINE, MIXED, QUIET, TEXT

_MOST_LABELS = 12
_WIDTH = 980
_UNWANTED_TAGS = frozenset({"script", "desc", "title"})
_UNWANTED_CLASSES = frozenset({"text-overlay", "tooltip"})


def volume_svg(chart: Chart) -> str:
    """Bars of runs, by how they ended."""
    bars = _pygal().StackedBar(
        **_settings(260, (ACCENT, MIXED, BAD, QUIET)),
        spacing=8,
        range=(0, chart.top),
        y_labels=[0, chart.top // 2, chart.top],
    )
    for name in ("succeeded", "partial", "failed", "other"):
        bars.add(name, [getattr(bar, name) for bar in chart.bars])
    return _rendered(bars, "volume", chart.bars, chart.title)


def rate_svg(chart: Chart) -> str:
    """The success rate in per cent as a line, with gaps where nothing ended."""
    line = _pygal().Line(
        **_settings(150, (ACCENT,)),
        range=(0, 100),
        y_labels=[0, 50, 100],
        dots_size=3,
        allow_interruptions=True,
    )
    rates = [None if bar.rate is None else round(bar.rate * 100, 2) for bar in chart.bars]
    line.add("rate", rates)
    return _rendered(line, "rate", chart.bars, "Success rate in per cent")


def _pygal() -> Any:
    """The library, loaded here alone: an idle console should not pay for its import."""
    import pygal
    import pygal.style

    # It hooks a finder of plugins, of an outdated kind, into every import of the process.
    sys.meta_path[:] = [f for f in sys.meta_path if type(f).__module__ != "pygal"]
    return pygal


def _settings(height: int, colours: Sequence[str]) -> dict[str, Any]:
    style = _pygal().style.Style(
        background="transparent",
        plot_background="transparent",
        foreground=TEXT,
        foreground_strong=TEXT,
        foreground_subtle=LINE,
        guide_stroke_color=LINE,
        major_guide_stroke_color=LINE,
        guide_stroke_dasharray="0",
        major_guide_stroke_dasharray="0",
        opacity="1",
        transition="0s",
        stroke_opacity="1",
        stroke_width="2",
        colors=tuple(colours),
        font_family="inherit",
        label_font_size=13,
        major_label_font_size=13,
    )
    return {
        "style": style,
        "width": _WIDTH,
        "height": height,
        "margin": 6,
        "show_legend": False,
        "show_minor_x_labels": False,
        "truncate_label": -1,
        "js": [],
        "disable_xml_declaration": True,
        "value_formatter": lambda value: f"{value:,.0f}".replace(",", "\u00a0"),
    }


def _rendered(graph: Any, name: str, bars: Sequence[Bar], title: str) -> str:
    graph.uuid = name  # a random one otherwise, and the same evidence must draw the same
    graph.title = None
    step = max(1, -(-len(bars) // _MOST_LABELS))
    graph.x_labels = [bar.label for bar in bars]
    graph.x_labels_major = graph.x_labels[::step]
    graph.add_xml_filter(lambda root: _bare(root, title))
    return str(graph.render(is_unicode=True))


def _bare(root: Any, title: str) -> Any:
    """Without what only the library's scripts use, and without the comment that holds a date."""
    for parent in list(root.iter()):
        for child in list(parent):
            classes = set(child.get("class", "").split())
            is_comment = not isinstance(child.tag, str)
            if is_comment or child.tag in _UNWANTED_TAGS or classes & _UNWANTED_CLASSES:
                parent.remove(child)
    root.set("role", "img")
    root.set("aria-label", title)
    return root
