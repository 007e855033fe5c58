"""Deliveries of runs to worker processes: Procrastinate's jobs, each naming one run.

A delivery carries nothing but the run's id. Whether it is done, by whom and how often is decided
by the run's own row, so a delivery too many does no harm, and one too few is put again.
"""

from datetime import timedelta
from typing import Any

from procrastinate import App, SyncPsycopgConnector
from procrastinate.tasks import configure_task
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.operation_run_service import find_waiting
from services.run_terms import Delivery

QUEUE = "runs"
TASK = "stillwatch.perform"

_PUTTING = App(connector=SyncPsycopgConnector())

# A delivery in the hands of a worker that is gone would be waited for, for ever.
_DROP_DEAD = text("""
    DELETE FROM procrastinate_jobs AS job
    WHERE job.status NOT IN ('todo', 'doing')
       OR job.status = 'doing' AND NOT EXISTS (
            SELECT 1 FROM procrastinate_workers AS worker
            WHERE worker.id = job.worker_id
              AND worker.last_heartbeat > now() - make_interval(secs => :dead_after))
""")
_DELIVERED = text(
    "SELECT (args->>'run_id')::bigint FROM procrastinate_jobs WHERE task_name = :task"
)


def put(session: Session, delivery: Delivery) -> None:
    """Put a run before the workers, inside the caller's transaction."""
    connection: Any = session.connection().connection.driver_connection
    configure_task(
        name=TASK,
        job_manager=_PUTTING.job_manager,
        queue=QUEUE,
        priority=delivery.priority,
        schedule_at=delivery.run_at,
        connection=connection,
    ).defer(run_id=delivery.run_id)


def put_missing(session: Session, lease: timedelta) -> int:
    """Put every run that waits with no live delivery, at most 100; return how many.

    Its worker died with the delivery in its hands, which shows when it has not been heard of for
    a `lease`; or another program queued it.
    """
    session.execute(_DROP_DEAD, {"dead_after": lease.total_seconds()})
    delivered = set(session.scalars(_DELIVERED, {"task": TASK}))
    missing = [run for run in find_waiting(session) if run.run_id not in delivered]
    for delivery in missing:
        put(session, delivery)
    return len(missing)
