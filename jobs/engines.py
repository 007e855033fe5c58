"""Which engine a database calls for."""

import os
import secrets
import socket
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from jobs.distributed import DistributedEngine
from jobs.embedded import EmbeddedEngine
from jobs.sweeper import SWEEP, Chore
from services.database import Database
from services.operation_run_service import LEASE
from stillwatch.operations import Operation


def engine_for(
    database: Database,
    operations: Mapping[str, Operation],
    slots: int,
    data_dir: Path,
    *,
    lease: timedelta = LEASE,
    sweep: timedelta = SWEEP,
    chores: Sequence[Chore] = (),
) -> EmbeddedEngine | DistributedEngine:
    """Embedded on SQLite, distributed on PostgreSQL; does up to `slots` runs at once."""
    if database.is_sqlite:
        return EmbeddedEngine(
            database, operations, slots, data_dir, lease=lease, sweep=sweep, chores=chores
        )
    return DistributedEngine(
        database,
        operations,
        slots,
        data_dir,
        lease=lease,
        sweep=sweep,
        owner=node_name(),
        chores=chores,
    )


def leave_behind_what_is_stuck(engine: EmbeddedEngine | DistributedEngine) -> None:
    """End this process over a handler that does not stop; to be called when all else has.

    Its run is in other hands by now, so what it would still do must not be done.
    """
    if engine.is_stuck:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def node_name() -> str:
    """A name for this very process: two that share host and number must not share leases."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
