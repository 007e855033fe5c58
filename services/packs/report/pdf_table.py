"""Tables on paper: their heading again on each page, and rows that stay whole."""

import itertools

from fpdf.fonts import FontFace

from services.packs.report import fonts
from services.packs.report.document import Cell, Table
from services.packs.report.pdf_sheet import Sheet

_SIZE = 7.8
_LINE = _SIZE * 0.5
_PADDING = (0.7, 1.0, 0.7, 1.0)
_AFTER_NUMBER = (0.7, 1.0, 0.7, 4.0)  # as a number ends at the very edge of its column
_FEW = 3
_MOST_KEPT = 180


def draw_table(sheet: Sheet, table: Table) -> None:
    sheet.keep_together(room_for(sheet, table))
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
        padding=_PADDING,
    ) as drawn:
        paddings = _paddings(table)
        line = drawn.row()
        for column, padding in zip(table.columns, paddings, strict=True):
            line.cell(column.title, padding=padding)
        for row in table.rows:
            line = drawn.row()
            for cell, padding in zip(row, paddings, strict=True):
                style = None if cell.tone is None else FontFace(color=sheet.TONES[cell.tone])
                line.cell(cell.text, style=style, padding=padding)


def room_for(sheet: Sheet, table: Table) -> float:
    """What must be left of a page to begin a table there: all of a short one, the title and a
    few rows of another."""
    head = 24.0
    if table.is_short:
        height = sum(_height(sheet, table, row) for row in table.rows)
        if height <= _MOST_KEPT:
            return head + height
    return head + min(_MOST_KEPT, sum(_height(sheet, table, row) for row in table.rows[:_FEW]))


def _height(sheet: Sheet, table: Table, row: tuple[Cell, ...]) -> float:
    whole = sum(column.width for column in table.columns)
    heights = (
        sheet.height_of(
            cell.text, _SIZE, sheet.epw * column.width / whole - padding[1] - padding[3] - 0.5
        )
        for cell, column, padding in zip(row, table.columns, _paddings(table), strict=True)
    )
    return max(heights) + _PADDING[0] + _PADDING[2]


def _paddings(table: Table) -> list[tuple[float, ...]]:
    return [
        _PADDING,
        *(
            _AFTER_NUMBER if before.is_number and not column.is_number else _PADDING
            for before, column in itertools.pairwise(table.columns)
        ),
    ]
