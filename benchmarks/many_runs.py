"""A database of very many runs, made once for all benchmarks of one `make bench`."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

import seed_data
from benchmarks.watching import world
from services.database import Database


def put_into(folder: Path, count: int) -> str:
    """Put a database of the demo world and `count` more runs into `folder`; its URL."""
    shutil.copytree(_made(count), folder, dirs_exist_ok=True)
    return f"sqlite:///{folder / world.DATABASE}"


@cache
def _made(count: int) -> Path:
    folder = Path(_workshop().name) / str(count)
    folder.mkdir()
    world.create(folder)
    print(f"adding {count:,} runs", flush=True)
    database = Database(f"sqlite:///{folder / world.DATABASE}")
    seed_data.add_runs(database, count)
    database.close()
    return folder


@cache
def _workshop() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="stillwatch-bench-")
