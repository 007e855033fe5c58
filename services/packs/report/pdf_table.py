"""Tables on paper: their heading again on each page, and rows that stay whole."""

from fpdf.fonts import FontFace

from services.packs.report import fonts
from services.packs.report.document import Table
from services.packs.report.pdf_sheet import Sheet

_SIZE = 7.8
_LINE = 3.9


def draw_table(sheet: Sheet, table: Table) -> None:
    sheet.keep_together(32)
    sheet.ln(3)
    sheet.write_line(table.title, 10.5, "B")
    if not table.rows:
        sheet.write_line(table.empty, 9, colour=sheet.QUIET)
        return
    if table.note:
        sheet.write_line(table.note, 8.5, colour=sheet.QUIET)
    sheet.ln(1.5)
    sheet.face(_SIZE)
    sheet.set_draw_color(*sheet.LINE)
    sheet.set_line_width(0.15)
    sheet.set_fill_color(0)  # which means none: cells take over the last colour set
    with sheet.table(
        col_widths=tuple(column.width for column in table.columns),
        text_align=tuple("RIGHT" if column.is_number else "LEFT" for column in table.columns),
        v_align="TOP",
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(fonts.FAMILY, "B", _SIZE, sheet.QUIET),
        line_height=_LINE,
        padding=(0.7, 1, 0.7, 1),
    ) as drawn:
        drawn.row([column.title for column in table.columns])
        for row in table.rows:
            line = drawn.row()
            for cell in row:
                style = None if cell.tone is None else FontFace(color=sheet.TONES[cell.tone])
                line.cell(cell.text, style=style)
