"""A CSV member: UTF-8 and marked so, a heading, one row a line, and no cell that is executed."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence

from services.packs.archive_writer import Member

# Without it Excel takes a file that is double-clicked for the code page of its country.
_BOM = codecs.BOM_UTF8

Cell = str | int | float | None


class CsvTable:
    """Writes rows of cells that are `csv_cell`s, numbers or None to a member of the archive."""

    def __init__(self, member: Member, columns: Sequence[str]) -> None:
        self._member = member
        member.write(csv_heading(columns))
        member.rows = 0

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write some rows at once; a thousand at a time keeps other threads going."""
        lines = list(rows)
        self._write(*lines)
        self._member.rows = (self._member.rows or 0) + len(lines)

    def _write(self, *rows: Sequence[Cell]) -> None:
        self._member.write(csv_lines(rows))


def csv_heading(columns: Sequence[str]) -> bytes:
    """How a CSV file begins: marked as UTF-8, and what each column is."""
    return _BOM + csv_lines([columns])


def csv_lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows of cells that are `csv_cell`s, numbers or None, one a line."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
