"""Rows that point at rows which are about to go: let go of, or gone with them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Table, delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel


def let_go(session: Session, table: Table, ids: Sequence[int]) -> None:
    """Make the rows `ids` of `table` free to be deleted.

    A reference that may be empty is emptied; a row that cannot be without it is deleted.
    """
    for column in _references_to(table):
        if column.nullable:
            session.execute(_emptied(column, ids))
            continue
        held = session.scalars(select(column.table.c.id).where(column.in_(ids))).all()
        if held:
            let_go(session, column.table, held)
            session.execute(delete(column.table).where(column.table.c.id.in_(held)))


def _references_to(table: Table) -> Iterator[Column[Any]]:
    for other in SQLModel.metadata.sorted_tables:
        for column in other.columns:
            if any(key.column.table is table for key in column.foreign_keys):
                yield column


def _emptied(column: Column[Any], ids: Sequence[int]) -> Any:
    table = column.table
    values: dict[str, Any] = {column.name: None}
    if "version" in table.c:  # whoever changes a run says so
        values["version"] = table.c.version + 1
    return update(table).where(column.in_(ids)).values(**values)
