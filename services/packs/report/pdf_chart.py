"""The chart on paper: stacked bars of runs, and the success rate as a line beneath them."""

from services.packs.report import palette
from services.packs.report.document import Chart
from services.packs.report.pdf_sheet import Colour, Sheet, colour

_BARS_HEIGHT = 42.0
_RATE_HEIGHT = 16.0
_AXIS = 13.0  # room for the numbers at the left
_MOST_LABELS = 10
_KINDS = (
    ("succeeded", "Succeeded", colour(palette.ACCENT)),
    ("partial", "Succeeded in part", colour(palette.MIXED)),
    ("failed", "Failed", colour(palette.BAD)),
    ("other", "Cancelled or not ended", colour(palette.QUIET)),
)


def draw_chart(sheet: Sheet, chart: Chart) -> None:
    sheet.keep_together(_BARS_HEIGHT + _RATE_HEIGHT + 40)
    sheet.ln(4)
    sheet.write_line(chart.title, 10.5, "B")
    if not chart.top:
        sheet.write_line(chart.summary, 9, colour=sheet.QUIET)
        return
    _draw_legend(sheet)
    _draw_bars(sheet, chart)
    sheet.write_line(
        "Success rate, in per cent of the runs that ended by themselves:", 8, colour=sheet.QUIET
    )
    sheet.ln(1.5)
    _draw_rate(sheet, chart)
    sheet.write_line(chart.summary, 8.5, colour=sheet.QUIET)


def _draw_legend(sheet: Sheet) -> None:
    sheet.ln(1)
    for _name, title, tint in _KINDS:
        sheet.set_fill_color(*tint)
        sheet.rect(sheet.x, sheet.y + 0.7, 2.4, 2.4, style="F")
        sheet.set_x(sheet.x + 3.4)
        sheet.face(8, colour=sheet.QUIET)
        sheet.cell(sheet.get_string_width(title) + 6, 4, title)
    sheet.ln(7)


def _draw_bars(sheet: Sheet, chart: Chart) -> None:
    top, scale = sheet.y, chart.top
    for share in (0, 0.5, 1):
        label = f"{scale * share:,.0f}".replace(",", "\u00a0")
        _draw_guide(sheet, top + _BARS_HEIGHT * (1 - share), label)
    step = _step(sheet, chart)
    for number, bar in enumerate(chart.bars):
        base = top + _BARS_HEIGHT
        for name, _title, tint in _KINDS:
            height = _BARS_HEIGHT * getattr(bar, name) / scale
            base -= height
            _fill(sheet, (_left(sheet) + step * (number + 0.12), base), (step * 0.76, height), tint)
    _draw_labels(sheet, chart, top + _BARS_HEIGHT + 1)
    sheet.set_xy(sheet.l_margin, top + _BARS_HEIGHT + 7)


def _draw_rate(sheet: Sheet, chart: Chart) -> None:
    top, step = sheet.y, _step(sheet, chart)
    for share in (0, 0.5, 1):
        _draw_guide(sheet, top + _RATE_HEIGHT * (1 - share), f"{share * 100:.0f}")
    before: tuple[float, float] | None = None
    for number, bar in enumerate(chart.bars):
        if bar.rate is None:
            before = None
            continue
        point = (_left(sheet) + step * (number + 0.5), top + _RATE_HEIGHT * (1 - bar.rate))
        if before is not None:
            sheet.set_draw_color(*sheet.ACCENT)
            sheet.set_line_width(0.5)
            sheet.line(*before, *point)
        sheet.set_fill_color(*sheet.ACCENT)
        sheet.circle(*point, 0.55, style="F")
        before = point
    sheet.set_xy(sheet.l_margin, top + _RATE_HEIGHT + 3)


def _draw_guide(sheet: Sheet, y: float, label: str) -> None:
    sheet.set_draw_color(*sheet.LINE)
    sheet.set_line_width(0.15)
    sheet.line(_left(sheet), y, sheet.w - sheet.r_margin, y)
    sheet.face(7, colour=sheet.QUIET)
    sheet.set_xy(sheet.l_margin, y - 1.75)
    sheet.cell(_AXIS - 1.5, 3.5, label, align="R")


def _draw_labels(sheet: Sheet, chart: Chart, y: float) -> None:
    step = _step(sheet, chart)
    every = max(1, -(-len(chart.bars) // _MOST_LABELS))
    sheet.face(7, colour=sheet.QUIET)
    for number in range(0, len(chart.bars), every):
        sheet.set_xy(_left(sheet) + step * (number + 0.5) - 10, y)
        sheet.cell(20, 3.5, chart.bars[number].label, align="C")


def _fill(
    sheet: Sheet, corner: tuple[float, float], size: tuple[float, float], tint: Colour
) -> None:
    if size[1] > 0:
        sheet.set_fill_color(*tint)
        sheet.rect(*corner, *size, style="F")


def _left(sheet: Sheet) -> float:
    return float(sheet.l_margin) + _AXIS


def _step(sheet: Sheet, chart: Chart) -> float:
    return (float(sheet.epw) - _AXIS) / max(1, len(chart.bars))
