"""The figures of the summary on paper: a row of framed numbers."""

from services.packs.report.document import Figures
from services.packs.report.pdf_sheet import Sheet

_HEIGHT = 19
_GAP = 3


def draw_figures(sheet: Sheet, figures: Figures) -> None:
    sheet.keep_together(_HEIGHT + 6)
    sheet.ln(3)
    width = (sheet.epw - _GAP * (len(figures.figures) - 1)) / len(figures.figures)
    top = sheet.y
    for number, figure in enumerate(figures.figures):
        left = sheet.l_margin + number * (width + _GAP)
        sheet.set_draw_color(*sheet.LINE)
        sheet.set_line_width(0.25)
        sheet.rect(left, top, width, _HEIGHT, round_corners=True, corner_radius=1.6)
        for text, y, size, style, colour in (
            (figure.label, 2.2, 7.5, "", sheet.QUIET),
            (figure.value, 6.6, 14, "B", sheet.TONES[figure.tone] if figure.tone else None),
            (figure.note, 13.2, 6.8, "", sheet.QUIET),
        ):
            sheet.set_xy(left + 1.5, top + y)
            sheet.face(size, style, colour)
            sheet.cell(width - 3, size * 0.42, text)
    sheet.set_xy(sheet.l_margin, top + _HEIGHT + 2)
