"""The generator in a process of its own, on the other core than the server."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import process

_ROOT = Path(__file__).resolve().parents[2]
CROWD_CORE = 1


class RemoteCrowd:
    """Viewers that do what they are asked; see `crowd.Crowd` for what there is to ask."""

    def __init__(self, generator: "subprocess.Popen[str]") -> None:
        self._generator = generator

    @property
    def processor_seconds(self) -> float:
        """What the generator has used: near to one core, it measures itself."""
        return process.processor_seconds(self._generator.pid)

    def ask(self, command: str, *arguments: Any) -> Any:
        """Have a command carried out and return its answer."""
        assert self._generator.stdin is not None
        self._generator.stdin.write(json.dumps([command, arguments]) + "\n")
        self._generator.stdin.flush()
        return json.loads(self._read())

    def wait_until_ready(self) -> None:
        assert self._read() == "ready"

    def _read(self) -> str:
        assert self._generator.stdout is not None
        line = self._generator.stdout.readline()
        if not line:
            raise RuntimeError("the generator ended")
        return line.strip()


@contextmanager
def gathered(url: str, password: str, database: Path) -> Iterator[RemoteCrowd]:
    """A crowd before the server at `url`, nobody of it there yet."""
    command = [sys.executable, "-m", "benchmarks.watching.crowd", url, password, str(database)]
    with subprocess.Popen(
        command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as generator:
        process.pin(generator.pid, CROWD_CORE)
        crowd = RemoteCrowd(generator)
        try:
            crowd.wait_until_ready()
            yield crowd
        finally:
            generator.kill()
