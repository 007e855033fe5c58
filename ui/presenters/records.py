"""The views of tables of records: plain rows of cells, and what can be done with each row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ui.presenters.locale import Locale
from ui.presenters.moment import date_time, in_utc, machine_time

Cell = dict[str, Any]
Row = dict[str, Any]


def table(
    label: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    testid: str,
    row_testid: str,
    empty: str,
    acts: str = "",
    note: str = "",
) -> dict[str, Any]:
    """A table; `acts` heads the column of what can be done, for those who do not see it."""
    return {
        "label": label,
        "columns": list(columns),
        "rows": list(rows),
        "testid": testid,
        "row_testid": row_testid,
        "empty": empty,
        "acts": acts,
        "note": note,
    }


def row(record_id: int, cells: Sequence[Cell], acts: Sequence[dict[str, Any]] = ()) -> Row:
    return {"id": record_id, "cells": list(cells), "acts": list(acts)}


def cell(text: str, *, sub: str = "", title: str = "", mark: str = "", href: str = "") -> Cell:
    return {"text": text, "sub": sub, "title": title, "mark": mark, "href": href}


def time_cell(moment: datetime | None, locale: Locale) -> Cell:
    """An absolute time, in UTC on hover."""
    told = cell(date_time(moment, locale), title=in_utc(moment))
    return {**told, "at": machine_time(moment)}


def since_cell(moment: datetime | None) -> Cell:
    """How long ago that was, counted on by the browser."""
    since = machine_time(moment)
    return {**cell("–"), "since": since}


def act(key: str, label: str, name: str, testid: str, *, is_danger: bool = False) -> dict[str, Any]:
    """A button of a row; `name` tells it from the same button of another row."""
    return {"key": key, "label": label, "name": name, "testid": testid, "danger": is_danger}
