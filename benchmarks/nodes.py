"""The processes of a benchmark, seen from outside: what they answer, and what they cost."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import process

_ROOT = Path(__file__).resolve().parent.parent


class RemoteNode:
    """A `benchmarks.node` in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, command: str, *arguments: Any) -> Any:
        """Have a command carried out and return its answer; JSON, so that keys are texts."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([command, arguments]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._read())

    def times(self, command: str, *arguments: Any) -> dict[int, int]:
        """The answer of a command that tells a time for each run."""
        return {int(run_id): at for run_id, at in self.ask(command, *arguments).items()}

    def processor_seconds(self) -> float:
        """What the process has used since it began."""
        return process.processor_seconds(self._process.pid)

    def wait_until_ready(self) -> None:
        assert self._read() == "ready"

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the node ended"
        return line.strip()


@contextmanager
def running(url: str, slots: int, folder: Path) -> Iterator[RemoteNode]:
    """A node that does up to `slots` runs at once on the database at `url`."""
    command = [sys.executable, "-m", "benchmarks.node", url, str(slots), str(folder)]
    with subprocess.Popen(
        command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as started:
        node = RemoteNode(started)
        try:
            node.wait_until_ready()
            yield node
            node.ask("stop")
        finally:
            started.kill()
