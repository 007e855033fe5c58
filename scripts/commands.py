"""What the make targets do. Whatever a warm `make run` does not need is imported late."""

import os
import sys
from typing import NoReturn

import environment
import parent_make

_MOST_LINES_SHOWN = 40


def main(arguments: list[str]) -> int:
    """Carry out one command and return the exit code."""
    os.chdir(environment.ROOT)
    match arguments:
        case ["run"] if environment.is_ready("console"):
            _become("-m", "stillwatch", "serve")
        case ["cluster"] if environment.is_ready("dev"):
            _become("scripts/cluster.py")
        case [
            "run"
            | "cluster"
            | "lint"
            | "format"
            | "lock"
            | "test"
            | "bench"
            | "bench-long"
            | "screenshots"
            | "messages" as name,
            *rest,
        ]:
            return _with_clear_endings(name, rest)
    print(
        "usage: bootstrap.py run | cluster | test [pytest arguments] | bench [names]"
        " | bench-long [names] | lint | format | lock | screenshots | messages",
        file=sys.stderr,
    )
    return 2


def _with_clear_endings(name: str, arguments: list[str]) -> int:
    import children

    children.obey_signals()
    try:
        return _carry_out(name, arguments)
    except children.Stopped as stopped:
        return 128 + stopped.signal
    except children.Failed as failed:
        for line in failed.output.splitlines()[-_MOST_LINES_SHOWN:]:
            print(f"  {line}", file=sys.stderr)
        print(f"stillwatch: {failed}", file=sys.stderr)
        return 1


def _carry_out(name: str, arguments: list[str]) -> int:
    if name == "lock":
        import locks

        return locks.compile_all()
    environment.prepare("console" if name == "run" else "dev")
    if name == "run":
        _become("-m", "stillwatch", "serve")
    if name == "cluster":
        _become("scripts/cluster.py")
    import suites

    match name:
        case "lint":
            return suites.run_checks()
        case "format":
            return suites.reformat()
        case "bench":
            return suites.run_module("benchmarks", arguments)
        case "bench-long":
            return suites.run_module("benchmarks", ["--long", *arguments])
        case "messages":
            return suites.stream(["scripts/messages.py"])
        case "screenshots":
            return suites.stream(["scripts/screenshots.py", *arguments])
        case _ if arguments:
            return suites.stream(["-m", "pytest", *arguments])
        case _:
            return suites.run_all()


def _become(*arguments: str) -> NoReturn:
    """Become the server: who signals the process that make started signals the console itself."""
    if "children" in sys.modules:
        sys.modules["children"].leave_signals()
    parent_make.pass_interrupts_on()
    os.environ.setdefault("STILLWATCH_DEMO", "1")
    os.execv(environment.PYTHON, [environment.PYTHON, *arguments])
