"""Expressions that the two databases spell differently, or plan differently."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType


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


class stretch_of(FunctionElement[Any]):
    """`owner = value AND id > after`, as a stretch of the index of `owner` and `id`: no other index
    will do when the rows are sorted by both.

    PostgreSQL drops what is equal to one value from an order, and would look for the newest rows of
    a small owner through the newest of all.
    """

    # Not a boolean, which is rendered as `(…) = 1`, and that no index is taken for.
    type = NullType()
    inherit_cache = True

    def __init__(self, owner: Any, row_id: Any, value: Any, after: Any) -> None:
        super().__init__(owner, row_id, value, after)


@compiles(stretch_of, "sqlite")
def _sqlite_stretch_of(element: stretch_of, compiler: SQLCompiler, **kw: Any) -> str:
    owner, row_id, value, after = (compiler.process(part, **kw) for part in element.clauses)
    return f"({owner} = {value} AND {row_id} > {after})"


@compiles(stretch_of, "postgresql")
def _postgresql_stretch_of(element: stretch_of, compiler: SQLCompiler, **kw: Any) -> str:
    owner, row_id, value, after = (compiler.process(part, **kw) for part in element.clauses)
    return f"(({owner}, {row_id}) > ({value}, {after}) AND {owner} <= {value})"


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


class elements_of(FunctionElement[Any]):
    """The elements of a JSON array as rows: `elements_of(…).table_valued("value")`, each a document
    for `element_at` and `number_at`. So one statement is asked about any number of records.
    """

    inherit_cache = True


@compiles(elements_of, "sqlite")
def _sqlite_elements_of(element: elements_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(elements_of, "postgresql")
def _postgresql_elements_of(element: elements_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"jsonb_array_elements(CAST({compiler.process(element.clauses, **kw)} AS JSONB))"


class number_at(FunctionElement[int]):
    """A whole number at a place of a JSON array, null for null."""

    type = BigInteger()
    inherit_cache = True

    def __init__(self, document: ColumnElement[Any], place: int) -> None:
        super().__init__(document, literal_column(str(place)))


@compiles(number_at, "sqlite")
def _sqlite_number_at(element: number_at, compiler: SQLCompiler, **kw: Any) -> str:
    document, place = (compiler.process(part, **kw) for part in element.clauses)
    return f"json_extract({document}, '$[{place}]')"


@compiles(number_at, "postgresql")
def _postgresql_number_at(element: number_at, compiler: SQLCompiler, **kw: Any) -> str:
    document, place = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST({document} ->> {place} AS BIGINT)"


class document_at(FunctionElement[str]):
    """An array at a place of a JSON array, as a text for `elements_of`; null for null."""

    type = Text()
    inherit_cache = True

    def __init__(self, document: ColumnElement[Any], place: int) -> None:
        super().__init__(document, literal_column(str(place)))


@compiles(document_at, "sqlite")
def _sqlite_document_at(element: document_at, compiler: SQLCompiler, **kw: Any) -> str:
    document, place = (compiler.process(part, **kw) for part in element.clauses)
    return f"json_extract({document}, '$[{place}]')"


@compiles(document_at, "postgresql")
def _postgresql_document_at(element: document_at, compiler: SQLCompiler, **kw: Any) -> str:
    document, place = (compiler.process(part, **kw) for part in element.clauses)
    return f"({document} ->> {place})"


class is_array(FunctionElement[bool]):
    """Whether a document is an array. PostgreSQL expects that few are."""

    type = Boolean()
    inherit_cache = True


@compiles(is_array, "sqlite")
def _sqlite_is_array(element: is_array, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(json_type({compiler.process(element.clauses, **kw)}) = 'array')"


@compiles(is_array, "postgresql")
def _postgresql_is_array(element: is_array, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(jsonb_typeof({compiler.process(element.clauses, **kw)}) = 'array')"
