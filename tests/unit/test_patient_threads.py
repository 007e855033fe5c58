"""Threads that wait for a disk: few at once, and no end waits for them."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from api.patient_threads import PatientThreads

ROOT = Path(__file__).resolve().parents[2]

_STUCK = """
import asyncio, threading
from api.patient_threads import PatientThreads

async def main():
    threads = PatientThreads(8)
    clicks = [asyncio.create_task(threads.run(threading.Event().wait)) for _ in range(10)]
    await asyncio.sleep(0.1)

asyncio.run(main())
print("over")
"""


def test_what_is_done_comes_back_and_so_does_what_goes_wrong() -> None:
    async def main() -> int:
        threads = PatientThreads(1)
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda: 1 // 0)
        return await threads.run(lambda: 7)

    assert asyncio.run(main()) == 7


def test_work_that_is_stuck_holds_up_neither_the_loop_nor_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STUCK], cwd=ROOT, capture_output=True, text=True, timeout=20
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "over\n", "")


def test_who_goes_away_leaves_the_place_taken_until_the_work_ends() -> None:
    go_on = threading.Event()

    async def main() -> bool:
        threads = PatientThreads(1)
        first = asyncio.create_task(threads.run(go_on.wait))
        await asyncio.sleep(0)
        first.cancel()
        second = asyncio.create_task(threads.run(go_on.is_set))
        await asyncio.sleep(0)
        go_on.set()
        return await second

    assert asyncio.run(main())
