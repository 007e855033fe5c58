"""The checks and test folders of `make test`, one summary line each."""

import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from xml.etree import ElementTree

import browser
import children
from environment import PYTHON, VENV

_BIN = os.path.join(VENV, "bin")
_CHECKS = {
    "lint": [os.path.join(_BIN, "ruff"), "check", "."],
    "format": [os.path.join(_BIN, "ruff"), "format", "--check", "."],
    "types": [PYTHON, "-m", "mypy"],
    "layers": [os.path.join(_BIN, "lint-imports")],
}
# Each folder in a process of its own, so that none leans on another. The lanes run side by side:
# the browser and the engines spend most of their time waiting.
_LANES = (
    ("tests/unit", "tests/services", "tests/ui"),
    ("tests/engines", "tests/doors"),
    ("tests/browser",),
)
# One that hangs must not keep the others from being told.
_SUITE_SECONDS = 1200.0


class Outcome(NamedTuple):
    """What one suite came to."""

    passed: int
    failed: int
    note: str
    output: str


def run_all() -> int:
    """Run every suite, also after a failure; return the exit code."""
    env = _environment()
    with tempfile.TemporaryDirectory() as reports:
        outcomes = [_told(name, lambda c=c: _check(c, env)) for name, c in _CHECKS.items()]
        with ThreadPoolExecutor(len(_LANES)) as lanes:
            for lane in [lanes.submit(_run_lane, lane, reports, env) for lane in _LANES]:
                outcomes += lane.result()
    return _total(outcomes)


def _run_lane(folders: tuple[str, ...], reports: str, env: dict[str, str]) -> list[Outcome]:
    outcomes = []
    for folder in filter(os.path.isdir, folders):
        report = os.path.join(reports, f"{os.path.basename(folder)}.xml")
        outcomes.append(_told(folder, lambda f=folder, r=report: _tests(f, r, env)))
    return outcomes


def run_checks() -> int:
    """Run what needs no test; return the exit code."""
    env = dict(os.environ)
    return _total([_told(name, lambda c=c: _check(c, env)) for name, c in _CHECKS.items()])


def reformat() -> int:
    """Sort the imports and format every file."""
    ruff = os.path.join(_BIN, "ruff")
    sorting = children.stream([ruff, "check", "--select", "I", "--fix", "--quiet", "."])
    return children.stream([ruff, "format", "."]) or sorting


def stream(arguments: list[str]) -> int:
    """Run the environment's Python with what tests get, on our own terminal."""
    return children.stream([PYTHON, *arguments], _environment())


def run_module(name: str, arguments: list[str]) -> int:
    """Run a module of the checkout on our own terminal."""
    return children.stream([PYTHON, "-m", name, *arguments])


def _told(name: str, suite: Callable[[], Outcome]) -> Outcome:
    begun = time.monotonic()
    outcome = suite()
    word = "FAILED" if outcome.failed else "ok"
    seconds = time.monotonic() - begun
    line = f"{name:<15} {word:<6}  {outcome.note:<32} {seconds:6.1f} s"
    # In one piece: another lane may be telling of its own at the same time.
    told = [line, outcome.output.rstrip("\n")] if outcome.failed else [line]
    print("\n".join(told), flush=True)
    return outcome


def _check(command: list[str], env: dict[str, str]) -> Outcome:
    code, output = children.run(command, env, _SUITE_SECONDS)
    if code == 0:
        return Outcome(1, 0, "", output)
    return Outcome(0, 1, _how(code), output)


def _tests(folder: str, report: str, env: dict[str, str]) -> Outcome:
    command = [PYTHON, "-m", "pytest", folder, f"--junitxml={report}"]
    code, output = children.run(command, env, _SUITE_SECONDS)
    passed, failed, skipped = _counts(report)
    note = f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
    if code != 0 and not failed:
        # No test at all, or an end that pytest could not report.
        return Outcome(passed, 1, f"{passed} passed, {_how(code)}", output)
    return Outcome(passed, failed, note, output)


def _counts(report: str) -> tuple[int, int, int]:
    """Passed, failed (errors included) and skipped; the report is gone afterwards."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return 0, 0, 0
    os.unlink(report)
    failed = sum(1 for case in cases if {"failure", "error"} & {part.tag for part in case})
    skipped = sum(1 for case in cases if [part.tag for part in case][:1] == ["skipped"])
    return len(cases) - failed - skipped, failed, skipped


def _how(code: int | None) -> str:
    if code is None:
        return f"no end after {_SUITE_SECONDS:.0f} s"
    return "no test found" if code == 5 else f"exit code {code}"


def _total(outcomes: list[Outcome]) -> int:
    failed = sum(outcome.failed for outcome in outcomes)
    print(f"{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def _environment() -> dict[str, str]:
    """What tests see: the browser, and nothing that would make one machine unlike another."""
    path = browser.prepare()
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NICEGUI_", "STILLWATCH_"))
    }
    search = os.pathsep.join((_BIN, own.get("PATH", os.defpath)))
    return own | {"STILLWATCH_TEST_BROWSER": path, "PATH": search}
