"""`stillwatch exec`: a command that the console watches, and that works without one too."""

import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Iterable, Mapping

import click

from stillwatch.child import Child
from stillwatch.client import AlreadyActive, Cancelled, Client, Run, StillwatchError
from stillwatch.signal_relay import SignalRelay

_START_PATIENCE = 10.0  # seconds
_UNAVAILABLE, _TEMPORARY = 69, 75  # EX_UNAVAILABLE, EX_TEMPFAIL
_NOT_EXECUTABLE, _NOT_FOUND = 126, 127  # as shells say it
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_OWN_VARIABLES = ("STILLWATCH_RUN_ID", "STILLWATCH_RUN_TOKEN")
_log = logging.getLogger("stillwatch")


@click.command("exec", context_settings={"allow_interspersed_args": False})
@click.option("--type", "run_type", help="What kind of work; exec.COMMAND when missing.")
@click.option("--tenant", help="Whose work; the whole workspace's when missing.")
@click.option("--key", help="At most one run with this key is active; type and tenant if missing.")
@click.option("--context", multiple=True, metavar="NAME=VALUE", help="Shown on the run's page.")
@click.option("--grace", default=10.0, help="Seconds to end in, once cancelled.")
@click.option("--patience", default=60.0, help="Seconds to try to tell a silent console the end.")
@click.option("--require-console", is_flag=True, help="Do nothing when no console can watch.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(
    run_type: str | None,
    tenant: str | None,
    key: str | None,
    context: tuple[str, ...],
    grace: float,
    patience: float,
    require_console: bool,
    command: tuple[str, ...],
) -> None:
    """Run COMMAND while the console watches: its life, its end, and whether to cancel it.

    The exit code is the command's own, 128 and the signal when one ended it, 75 when the key's
    run is active already and nothing was done. Without a console the command runs all the same,
    with a warning.
    """
    logging.basicConfig(format="stillwatch: %(message)s", level=logging.WARNING)
    given = _pairs(context)
    run = None
    try:
        client = Client(patience=min(_START_PATIENCE, patience))
        run = client.run(run_type or _type_of(command[0]), tenant=tenant, key=key, context=given)
        run.patience = patience
    except AlreadyActive as active:
        click.echo(f"stillwatch: nothing done: {active}", err=True)
        sys.exit(_TEMPORARY)
    except StillwatchError as error:
        if require_console:
            click.echo(f"stillwatch: nothing done: {error}", err=True)
            sys.exit(_UNAVAILABLE)
        _log.warning("the command runs unwatched: %s", error)
    sys.exit(_carry_out(command, run, grace))


def _carry_out(command: tuple[str, ...], run: Run | None, grace: float) -> int:
    signals = SignalRelay(_PASSED_ON)
    try:
        child = Child(command, _environment(run))
    except OSError as error:
        message = f"{command[0]}: {error.strerror}"
        _log.error("%s", message)
        _close(run, "failed", ("cannot_start", message, None))
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE
    signals.relay_to(child.send)
    if run is not None:
        _obey(run, child, grace)
    code = child.wait()
    if child.was_stopped:
        _close(run, "cancelled")
    elif code == 0:
        _close(run, "succeeded")
    else:
        _close(run, "failed", (*_reason(code), child.last_words or None))
    return code if code >= 0 else 128 - code


def _environment(run: Run | None) -> dict[str, str]:
    """Ours, by which `stillwatch report` in the command finds the run that it is part of."""
    own = {name: value for name, value in os.environ.items() if name not in _OWN_VARIABLES}
    if run is None:
        return own
    return own | dict(zip(_OWN_VARIABLES, (str(run.id), run.token), strict=True))


def _obey(run: Run, child: Child, grace: float) -> None:
    def watch() -> None:
        if isinstance(run.wait_for_interruption(), Cancelled):
            _log.warning("run %s is cancelled, the command is told to end", run.id)
            child.stop(grace)

    threading.Thread(target=watch, name="cancellation", daemon=True).start()


def _close(
    run: Run | None, outcome: str, failure: tuple[str, str, str | None] | None = None
) -> None:
    if run is None:
        return
    if failure is not None:
        run.failure(*failure)
    run.complete(outcome)  # what cannot be told is logged there


def _reason(code: int) -> tuple[str, str]:
    if code > 0:
        return "exit_code", f"The command ended with exit code {code}."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return "signal", f"The command was ended by {name}."


def _type_of(command: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]", "-", os.path.basename(command))
    return f"exec.{name or 'command'}"[:100]


def _pairs(context: Iterable[str]) -> Mapping[str, str]:
    pairs = {}
    for given in context:
        name, equals, value = given.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"{given!r} is not NAME=VALUE", param_hint="--context")
        pairs[name] = value
    return pairs
