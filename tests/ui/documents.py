"""Documents in a real JavaScript engine, without a browser around them: quick to make and to ask.

The engine is the one that the browser's driver brings along.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from playwright._impl._driver import compute_driver_executable

_HARNESS = Path(__file__).with_name("documents.js")
_STAGES = Path(__file__).resolve().parents[2] / "ui" / "static" / "stages.js"
_numbers = count(1)


class Seen(NamedTuple):
    """What a document has emitted since it was last asked, and the views it shows by element."""

    said: list[tuple[str, Any]]
    views: dict[str, Any]


class Document:
    """One page in a browser, as far as it shows what is live."""

    def __init__(
        self, engine: subprocess.Popen[str], elements: Mapping[int, Any], entered: Mapping[str, Any]
    ) -> None:
        self._engine = engine
        self._id = next(_numbers)
        held = {id_: {"props": {"view": view}} for id_, view in elements.items()}
        self._ask(open={"elements": held, "entered": entered})

    def run(self, code: str) -> Seen:
        """Run what the server sends to be run."""
        return self._ask(call="run", told=code)

    def hear(self, name: str, told: Any) -> Seen:
        """Get a message of the server."""
        return self._ask(call="hear", told={"name": name, "told": told})

    def _ask(self, **call: Any) -> Seen:
        assert self._engine.stdin is not None
        assert self._engine.stdout is not None
        self._engine.stdin.write(json.dumps({"id": self._id, **call}) + "\n")
        self._engine.stdin.flush()
        return Seen(**json.loads(self._engine.stdout.readline()))


@contextmanager
def engine() -> Iterator[subprocess.Popen[str]]:
    """The engine, for as long as the documents live."""
    node, _ = compute_driver_executable()
    command = [node, str(_HARNESS), str(_STAGES)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
