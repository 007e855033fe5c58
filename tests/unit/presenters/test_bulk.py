"""Many runs that are dealt with together, in words."""

from typing import Any

import pytest

from models import BULK_RUN, BulkAction
from services.bulk_items import BulkResult
from tests.unit.presenters.factories import LOCALE, a_run
from ui.presenters.bulk import bulk_question, bulk_view


def a_result(**values: Any) -> BulkResult:
    given = {
        "run_id": 12,
        "type": "database.check",
        "tenant_name": "Contoso",
        "action": "cancel",
        "status": "pending",
        "code": None,
        "message": None,
        "new_run_id": None,
    }
    return BulkResult(**(given | values))


@pytest.mark.parametrize(
    ("values", "status", "word"),
    [
        ({}, "running", "Not yet done"),
        ({}, "completed", "Not done"),
        ({"status": "done", "code": "cancelled"}, "running", "Cancelled"),
        ({"status": "done", "code": "requested"}, "running", "Asked to stop"),
        ({"status": "done", "code": "joined"}, "running", "Being done already"),
        ({"status": "refused", "code": "moved"}, "running", "Refused"),
        ({"status": "done", "code": "what?"}, "running", "Unknown state"),
        ({"status": "odd"}, "running", "Unknown state"),
    ],
)
def test_each_run_says_what_came_of_it(values: dict[str, Any], status: str, word: str) -> None:
    outcome = "cancelled" if status == "completed" else None
    run = a_run(status, outcome, type=BULK_RUN, bulk=(a_result(**values),))

    view = bulk_view(run, LOCALE)

    assert view is not None
    assert [item["word"] for item in view["items"]] == [word]


def test_a_run_that_is_gone_has_no_page_and_a_new_one_has() -> None:
    gone = a_result(type=None, action="retry", status="done", code="started", new_run_id=45)

    view = bulk_view(a_run(type=BULK_RUN, bulk=(gone,)), LOCALE)

    assert view is not None
    item = view["items"][0]
    assert (item["href"], item["again"], item["again_href"]) == ("", "Run 45", "/operations/45")
    assert view["title"] == "1 run to be started again"


def test_any_other_run_has_no_results() -> None:
    assert bulk_view(a_run(), LOCALE) is None


def test_the_question_counts_and_names_the_first_and_says_who_is_left_alone() -> None:
    runs = [a_run(id=n, tenant_name="Contoso") for n in range(1, 8)]

    asked = bulk_question(BulkAction.CANCEL, runs, 1, LOCALE)

    assert (asked["title"], asked["confirm"]) == ("Cancel 7 runs?", "Cancel 7 runs")
    assert asked["named"][0] == "1 · database.check · Contoso"
    assert (len(asked["named"]), asked["more"]) == (5, "and 2 more")
    assert "1 other that is selected" in asked["text"]
