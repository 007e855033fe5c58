"""Column types that survive what other programs write: times are aware UTC, JSON may be broken."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, BindParameter, DateTime, Float, Integer, String, Text, bindparam
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

# A BIGINT primary key does not count up by itself on SQLite; INTEGER does and is as wide.
BigIntegerId = BigInteger().with_variant(Integer, "sqlite")

_LONGEST_SHORT = 400


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; on SQLite the text `YYYY-MM-DD HH:MM:SS.ffffff`.

    Refuses naive values on the way in. A text that is no time reads as None: a corrupt row must
    not take the page down, and `database.check` reports it.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        value = value.astimezone(UTC)
        return _as_text(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return read_time(value)


class ShortText(TypeDecorator[str]):
    """A name or an address of people. Of one that is longer than any, which another program
    wrote, only the beginning is read: it stands many times on every page."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else read_short_text(value)


class WrittenText(TypeDecorator[str]):
    """A text of a run that any program may have written. SQLite also keeps bytes in a column of
    text, which nothing behind could show; they read as what they spell."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


class JsonDocument(TypeDecorator[Any]):
    """JSON as text on SQLite, JSONB on PostgreSQL; text that does not parse reads as itself.

    JSONB has no NUL character: on PostgreSQL U+FFFD is stored in its place.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return _without_nul(value)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return value
        return read_json(value)


def read_time(value: Any) -> datetime | None:
    """A stored time as an aware UTC datetime; None for what is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:  # of the first or the last day there is, told in another zone
        return None


def read_short_text(value: Any) -> str:
    """A stored name or address, of one that is too long only the beginning."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= _LONGEST_SHORT else f"{text[:_LONGEST_SHORT]}…"


def read_json(value: Any) -> Any:
    """A stored document; text that does not parse as itself."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _as_text(utc: datetime) -> str:
    # Not by `strftime`, which leaves years before 1000 too short to sort as texts.
    return utc.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, Mapping):
        return {_without_nul(key): _without_nul(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(part) for part in value]
    return value


class utc_now(FunctionElement[datetime]):
    """The database's own clock, so that a snapshot carries the time it was taken at."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(utc_now, "sqlite")
def _sqlite_now(element: utc_now, compiler: SQLCompiler, **kw: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


@compiles(utc_now, "postgresql")
def _postgresql_now(element: utc_now, compiler: SQLCompiler, **kw: Any) -> str:
    return "clock_timestamp()"


class from_now(FunctionElement[datetime]):
    """The database's clock and a span, which may be negative: `from_now(timedelta(minutes=5))`.

    A statement that is built once takes the span as a parameter in seconds instead.
    """

    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, span: timedelta | BindParameter[float]) -> None:
        is_given = isinstance(span, timedelta)
        super().__init__(bindparam(None, span.total_seconds(), Float) if is_given else span)


@compiles(from_now, "sqlite")
def _sqlite_from_now(element: from_now, compiler: SQLCompiler, **kw: Any) -> str:
    seconds = compiler.process(element.clauses, **kw)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', {seconds} || ' seconds')"


@compiles(from_now, "postgresql")
def _postgresql_from_now(element: from_now, compiler: SQLCompiler, **kw: Any) -> str:
    return f"clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **kw)})"


class utc_hour(FunctionElement[datetime]):
    """The begin of the hour, in UTC, that a stored time lies in."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(utc_hour, "sqlite")
def _sqlite_hour(element: utc_hour, compiler: SQLCompiler, **kw: Any) -> str:
    return f"substr({compiler.process(element.clauses, **kw)}, 1, 13) || ':00:00.000000'"


@compiles(utc_hour, "postgresql")
def _postgresql_hour(element: utc_hour, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date_trunc('hour', {compiler.process(element.clauses, **kw)}, 'UTC')"


class seconds_from(FunctionElement[float]):
    """The seconds from one stored time to another; null when either is none."""

    type = Float()
    inherit_cache = True


@compiles(seconds_from, "sqlite")
def _sqlite_seconds(element: seconds_from, compiler: SQLCompiler, **kw: Any) -> str:
    begin, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(julianday({end}) - julianday({begin})) * 86400.0"


@compiles(seconds_from, "postgresql")
def _postgresql_seconds(element: seconds_from, compiler: SQLCompiler, **kw: Any) -> str:
    begin, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(extract(epoch FROM {end} - {begin}) AS double precision)"


class json_rows(FunctionElement[Any]):
    """All rows of a group as one JSON array of arrays, so that a list travels in a column."""

    type = JsonDocument()
    inherit_cache = True


@compiles(json_rows, "sqlite")
def _sqlite_json_rows(element: json_rows, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


@compiles(json_rows, "postgresql")
def _postgresql_json_rows(element: json_rows, compiler: SQLCompiler, **kw: Any) -> str:
    return f"jsonb_agg(jsonb_build_array({compiler.process(element.clauses, **kw)}))"
