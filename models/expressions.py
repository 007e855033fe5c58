"""Expressions that the two databases spell differently, or plan differently."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class filter_only(FunctionElement[bool]):
    """A condition that is tested on the rows that others find, and never chooses an index.

    SQLite has no statistics here: between two indexes that fit, it would only guess.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, condition: ColumnElement[Any]) -> None:
        super().__init__(condition)


@compiles(filter_only, "sqlite")
def _sqlite_filter_only(element: filter_only, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+({compiler.process(element.clauses, **kw)})"


@compiles(filter_only, "postgresql")
def _postgresql_filter_only(element: filter_only, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)})"


class contains_like(FunctionElement[bool]):
    """Whether a column, as text, is like a pattern whose wildcards are escaped by a backslash.

    Without regard to case, on SQLite for the letters of ASCII only.
    """

    type = Boolean()
    inherit_cache = True


@compiles(contains_like, "sqlite")
def _sqlite_contains_like(element: contains_like, compiler: SQLCompiler, **kw: Any) -> str:
    column, pattern = (compiler.process(part, **kw) for part in element.clauses)
    return f"({column} LIKE {pattern} ESCAPE '\\')"


@compiles(contains_like, "postgresql")
def _postgresql_contains_like(element: contains_like, compiler: SQLCompiler, **kw: Any) -> str:
    column, pattern = (compiler.process(part, **kw) for part in element.clauses)
    return f"(CAST({column} AS TEXT) ILIKE {pattern} ESCAPE '\\')"
