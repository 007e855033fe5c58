"""Where the report on paper begins a new page, and where it does not."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from services.packs.report.document import Cell, Column, Document, Part, Table
from services.packs.report.html import render_html
from services.packs.report.pdf import render_pdf
from services.packs.report.pdf_sheet import Sheet
from services.packs.report.pdf_table import draw_table

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
A_ROW = 4.5  # millimetres, and a little less than one takes


def table(rows: int, *, text: str = "directory.sync") -> Table:
    columns = (Column("Runs", 10, True), Column("Last (UTC)", 20), Column("Type", 20))
    row = (Cell("6"), Cell("2026-11-25 12:00:00"), Cell(text))
    return Table("Latest", columns, (row,) * rows, "None.")


def document(*tables: Table) -> Document:
    parts = tuple(Part(f"Chapter {n}", ("It is so.",), (t,)) for n, t in enumerate(tables))
    return Document("Report", "November", (("Tenant", "Contoso"),), parts, "Contoso")


def pages(data: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", data))


@pytest.fixture
def sheet() -> Iterator[Sheet]:
    """An empty first page."""
    with closing(Sheet(document(), NOON, set(), lambda: None)) as sheet:
        sheet.add_page()
        yield sheet


def test_short_chapters_share_a_page() -> None:
    short = document(*[table(2)] * 4)

    assert pages(render_pdf(short, NOON, lambda share: None)) == 1
    assert "break-before" not in render_html(short)


def test_a_chapter_that_only_its_heading_has_room_for_begins_a_new_page() -> None:
    def is_one_page(rows: int) -> bool:
        return pages(render_pdf(document(table(rows)), NOON, lambda share: None)) == 1

    most = next(rows for rows in range(45, 0, -1) if is_one_page(rows))

    nearly_full = document(table(most - 3), table(2))

    assert pages(render_pdf(nearly_full, NOON, lambda share: None)) == 2


def test_a_short_table_stays_on_one_page(sheet: Sheet) -> None:
    sheet.set_y(230)

    draw_table(sheet, table(12))

    assert sheet.page == 2
    assert sheet.y > sheet.t_margin + 12 * A_ROW
    html = render_html(document(table(15), table(16)))
    assert len(re.findall('<table class="short">', html)) == 1
    assert "table.short { break-inside: avoid; }" in html


@pytest.mark.parametrize(("rows", "words"), [(40, 1), (15, 25)])
def test_a_table_too_tall_for_one_page_begins_where_it_stands(
    sheet: Sheet, rows: int, words: int
) -> None:
    sheet.set_y(60)

    draw_table(sheet, table(rows, text="directory " * words))

    assert sheet.page == 2
    assert sheet.y < 150


def test_a_number_keeps_away_from_the_text_after_it() -> None:
    assert "td.n + td:not(.n) { padding-left" in render_html(document(table(1)))
