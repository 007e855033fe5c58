"""The slowest statements as a person reads them."""

from services.slow_statements.keeping import SlowStatement
from tests.unit.presenters.factories import LOCALE, NOW
from tests.unit.presenters.refresh.factories import a_snapshot
from ui.presenters.refresh.statements import statements_view

TEXT = (
    "SELECT operation_run.id, operation_run.version, operation_run.status FROM operation_run "
    "WHERE operation_run.id = ?"
)


def test_a_statement_shows_from_where_it_reads_and_opens_for_the_rest() -> None:
    slow = SlowStatement(TEXT, 1_312, 0.02, 0.1234, NOW)

    [row] = statements_view(a_snapshot(slowest=(slow,)), LOCALE)["rows"]

    assert row["brief"] == "SELECT … FROM operation_run WHERE operation_run.id = ?"
    assert row["text"] == TEXT
    assert (row["longest"], row["facts"]) == (
        "123 ms",
        ["at 12:03:10", "95 % within 20 ms", "1,312 times"],
    )


def test_a_short_statement_is_shown_as_it_is_and_a_long_one_cut() -> None:
    slow = (
        SlowStatement("SELECT id FROM run", 1, 1.5, 1.5, None),
        SlowStatement("DELETE " + "x" * 900, 1, 0.0004, 0.0004, NOW),
    )

    rows = statements_view(a_snapshot(slowest=slow), LOCALE)["rows"]

    assert (rows[0]["brief"], rows[0]["longest"]) == ("SELECT id FROM run", "1.5 s")
    assert rows[0]["facts"] == ["95 % within 1.5 s", "1 time"]
    assert (len(rows[1]["brief"]) <= 161, rows[1]["longest"]) == (True, "0.4 ms")


def test_without_any_it_says_so() -> None:
    assert statements_view(a_snapshot(), LOCALE)["empty"]
