from tests.engines.workshop import Workshop
from tests.services.schedule_rows import add_schedule, all_runs
from tests.waiting import wait_until


def test_an_engine_starts_what_is_due_by_the_clock_and_does_it(workshop: Workshop) -> None:
    schedule_id = add_schedule(workshop.database, workshop.workspace_id, type="sample.work")
    with workshop.working(lambda context: None):
        wait_until(lambda: [run.status for run in all_runs(workshop.database)] == ["completed"])

    (run,) = all_runs(workshop.database)
    assert (run.outcome, run.context["schedule"]) == ("succeeded", schedule_id)
