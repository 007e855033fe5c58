"""The chore that starts operations by the clock, in every process that sweeps."""

import logging
from collections.abc import Mapping

from jobs.sweeper import Chore
from services.database import Database
from services.due_schedules import find_due, start_due
from services.operations import OperationOffer
from services.run_terms import Enqueue

_log = logging.getLogger("stillwatch.worker")


def starting_due(
    database: Database, enqueue: Enqueue, offers: Mapping[str, OperationOffer]
) -> Chore:
    """Start what is due, each schedule in a transaction of its own.

    One whose operation nobody here knows is left to a process that does: this may be an older
    version than the one that added it.
    """
    told: set[int] = set()

    def start() -> None:
        # Look before asking for the write lock: an idle process stands in nobody's way.
        with database.reading() as session:
            due = find_due(session)
        failures = []
        for schedule in due:
            if schedule.type not in offers:
                if schedule.id not in told:
                    told.add(schedule.id)
                    _log.warning(
                        "schedule %s is due, but nobody here knows the operation %r",
                        schedule.id,
                        schedule.type,
                    )
                continue
            try:
                with database.writing() as session:
                    start_due(session, enqueue, offers, schedule.id)
            except Exception as error:  # the others are due all the same
                failures.append(error)
        if failures:
            raise failures[0]

    return start
