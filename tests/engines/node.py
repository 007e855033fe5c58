"""A node of the tests: a process with an engine over one database, and operations to die in.

`python -m tests.engines.node URL FOLDER LEASE SWEEP SLOTS [CLOCK]`: seconds; CLOCK seconds are
added to this process's own wall clock, as on a machine that is off.
"""

import itertools
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

from jobs.context import RunContext
from jobs.engines import engine_for, leave_behind_what_is_stuck
from jobs.operation import built_in_operations
from jobs.pack_sweeping import pack_chores
from services.database import Database
from services.notifications.outlet import Outlet
from services.packs.storage.disks import Disks, local_disk
from stillwatch.operations import Operation
from tests.waiting import wait_until


def until_allowed(context: RunContext) -> None:
    """Works until the file `go` is there; each process that is at it leaves a mark."""
    (context.data_dir / f"begun-{os.getpid()}").touch()

    def may_go() -> bool:
        context.checkpoint()
        return (context.data_dir / "go").exists()

    wait_until(may_go, 120)
    context.count(succeeded=1)


def without_a_word(context: RunContext) -> None:
    """Like `until_allowed`, but never reports: only the heart speaks for it."""
    (context.data_dir / f"begun-{os.getpid()}").touch()
    wait_until((context.data_dir / "go").exists, 120)


def poison(context: RunContext) -> None:
    """Takes its process along."""
    with (context.data_dir / "poisoned").open("a") as log:
        log.write("x")
    os.kill(os.getpid(), signal.SIGKILL)


def short(context: RunContext) -> None:
    """A few reports' worth of work."""
    for _ in range(20):
        context.count(succeeded=1)
        threading.Event().wait(0.01)


OPERATIONS = {
    f"sample.{handler.__name__}": Operation(f"sample.{handler.__name__}", "Sample", handler)
    for handler in (until_allowed, without_a_word, poison, short)
}


def main(url: str, folder: str, lease: str, sweep: str, slots: str, clock: str = "0") -> None:
    _turn_clock(float(clock))
    database = Database(url)
    engine = engine_for(
        database,
        OPERATIONS | built_in_operations(outlet=Outlet(frozenset({"json"}))),
        int(slots),
        Path(folder),
        lease=timedelta(seconds=float(lease)),
        sweep=timedelta(seconds=float(sweep)),
        # Each look is due, so that no test waits for a minute to pass.
        chores=pack_chores(
            database, Disks(local_disk(Path(folder))), partial(next, itertools.count(0.0, 60.0))
        ),
    )
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    engine.start()
    print("ready", flush=True)
    stop.wait()
    engine.stop()
    database.close()
    leave_behind_what_is_stuck(engine)


def _turn_clock(seconds: float) -> None:
    right = time.time
    if seconds:
        time.time = lambda: right() + seconds


if __name__ == "__main__":
    main(*sys.argv[1:])
