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

    view = statements_view(a_snapshot(slowest=(slow,)), LOCALE)

    assert view["texts"] == [
        {"brief": "SELECT … FROM operation_run WHERE operation_run.id = ?", "whole": TEXT}
    ]
    assert view["facts"] == [
        {"longest": "123 ms", "facts": ["at 12:03:10", "95 % within 20 ms", "1,312 times"]}
    ]


def test_a_short_statement_is_shown_as_it_is_and_a_long_one_cut() -> None:
    slow = (
        SlowStatement("SELECT id FROM run", 1, 1.5, 1.5, None),
        SlowStatement("DELETE " + "x" * 900, 1, 0.0004, 0.0004, NOW),
    )

    view = statements_view(a_snapshot(slowest=slow), LOCALE)

    assert view["texts"][0]["brief"] == "SELECT id FROM run"
    assert view["facts"][0] == {"longest": "1.5 s", "facts": ["95 % within 1.5 s", "1 time"]}
    assert len(view["texts"][1]["brief"]) <= 161
    assert view["facts"][1]["longest"] == "0.4 ms"


def test_without_any_it_says_so() -> None:
    assert statements_view(a_snapshot(), LOCALE)["empty"]
