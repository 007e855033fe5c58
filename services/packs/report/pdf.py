"""The report as a PDF on A4, by a pure-Python library and faces that come as packages."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime

from services.packs.report.document import Block, Chart, Document, Figures, Part, Table
from services.packs.report.pdf_chart import draw_chart
from services.packs.report.pdf_figures import draw_figures
from services.packs.report.pdf_sheet import Sheet
from services.packs.report.pdf_table import draw_table, room_for


def render_pdf(
    document: Document, generated_at: datetime, progress: Callable[[float], None]
) -> bytes:
    """The PDF. `progress` is told the share done (0…1), at least once a page, and may raise."""
    share = 0.0

    def report(done: float | None = None) -> None:
        nonlocal share
        share = share if done is None else done
        progress(share)

    characters = set(itertools.chain.from_iterable(_texts(document)))
    with closing(Sheet(document, generated_at, characters, report)) as sheet:
        _draw(sheet, document, lambda drawn: report(0.9 * drawn))
        data = bytes(sheet.output())
    report(1.0)
    return data


def _draw(sheet: Sheet, document: Document, progress: Callable[[float], None]) -> None:
    _draw_head(sheet, document)
    blocks = max(1, sum(len(part.blocks) for part in document.parts))
    done = 0
    for part in document.parts:
        _draw_part_head(sheet, part)
        for block in part.blocks:
            _draw_block(sheet, block)
            done += 1
            progress(done / blocks)


def _draw_block(sheet: Sheet, block: Block) -> None:
    if isinstance(block, Figures):
        draw_figures(sheet, block)
    elif isinstance(block, Chart):
        draw_chart(sheet, block)
    else:
        draw_table(sheet, block)


def _draw_head(sheet: Sheet, document: Document) -> None:
    sheet.add_page()
    sheet.rule(sheet.ACCENT, 1.2)
    sheet.ln(6)
    sheet.write_line(document.title, 20, "B")
    sheet.write_line(document.subtitle, 11.5, colour=sheet.QUIET)
    sheet.ln(3)
    for name, value in document.facts:
        sheet.write_pair(name, value)
    sheet.ln(3)
    sheet.rule(sheet.LINE, 0.2)


def _draw_part_head(sheet: Sheet, part: Part) -> None:
    paragraphs = sum(sheet.height_of(text, 9.5) + 1.2 for text in part.paragraphs)
    first = sum(room_for(sheet, block) for block in part.blocks[:1] if isinstance(block, Table))
    sheet.keep_together(15 + paragraphs + first)
    sheet.ln(6)
    sheet.start_section(part.title)
    sheet.write_line(part.title, 14, "B")
    sheet.ln(1)
    for paragraph in part.paragraphs:
        sheet.write_line(paragraph, 9.5)
        sheet.ln(1.2)


def _texts(document: Document) -> Iterator[str]:
    yield from (document.title, document.footer, document.subtitle)
    yield from itertools.chain.from_iterable(document.facts)
    for part in document.parts:
        yield from (part.title, *part.paragraphs)
        for block in part.blocks:
            if isinstance(block, Table):
                yield from (cell.text for row in block.rows for cell in row)
