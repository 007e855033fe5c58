"""Processes of ours that are started again when they end, and never outlive us."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_SECONDS_TO_END = 12.0
_SECONDS_TO_SHOW = 0.2
_FIRST_REST = 0.5
_LONGEST_REST = 30.0
_STEADY_SECONDS = 60.0


class EndedBadly(Exception):
    """A command failed; the message is what it said."""


class KeptProcess:
    """One `stillwatch` process, started again when it ends."""

    def __init__(self, name: str, command: str, env: Mapping[str, str]) -> None:
        self.name = name
        self.endings = 0
        self._command = command
        self._env = env
        self._process: asyncio.subprocess.Process | None = None
        self._relay: asyncio.Task[None] | None = None

    async def keep_running(self) -> None:
        """Start it, and again whenever it ends, until cancelled; `stop` ends what is running."""
        rest = Rest()
        while True:
            self._process = await _start("-m", "stillwatch", self._command, env=self._env)
            self._relay = asyncio.create_task(self._show(self._process.stderr))
            code = await self._process.wait()
            await self._end_relay()
            self.endings += 1
            say(self.name, f"ended ({_described(code)}); again in {rest.seconds:.1f} s")
            await rest.take()

    async def stop(self) -> None:
        """End it: in good order, or after some seconds anyhow."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), _SECONDS_TO_END)
                except TimeoutError:
                    process.kill()
                    await process.wait()
        await self._end_relay()

    async def _show(self, lines: asyncio.StreamReader | None) -> None:
        while lines is not None:
            try:
                line = await lines.readline()
            except ValueError:
                continue  # longer than any line that somebody would read
            if not line:
                return
            say(self.name, line.decode("utf-8", "replace").rstrip())

    async def _end_relay(self) -> None:
        if self._relay is not None:
            # A grandchild may hold the pipe open: what is in it is enough.
            await asyncio.wait({self._relay}, timeout=_SECONDS_TO_SHOW)
            self._relay.cancel()


class Rest:
    """How long to wait before the next attempt: half a second, and twice as long each time that
    the last attempt did not last."""

    def __init__(self) -> None:
        self._next = _FIRST_REST
        self._last_taken = 0.0

    @property
    def seconds(self) -> float:
        has_lasted = time.monotonic() - self._last_taken > _STEADY_SECONDS
        return _FIRST_REST if has_lasted else self._next

    async def take(self) -> None:
        seconds = self.seconds
        await asyncio.sleep(seconds)
        self._next = min(2 * seconds, _LONGEST_REST)
        self._last_taken = time.monotonic()


async def run_to_its_end(*arguments: str, env: Mapping[str, str]) -> None:
    """Run a Python command. Raises `EndedBadly`; ends the command when cancelled."""
    process = await _start(*arguments, env=env)
    try:
        _, output = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise EndedBadly(output.decode("utf-8", "replace").removeprefix("Error: "))


def say(step: str, text: str) -> None:
    """One line of ours, at once."""
    print(f"{step:<13} {text}", flush=True)


async def _start(*arguments: str, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    setpriv = shutil.which("setpriv")
    dies_with_us = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
    return await asyncio.create_subprocess_exec(
        *(*dies_with_us, sys.executable, *arguments),
        cwd=_ROOT,
        env=_inherited() | dict(env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,  # where each would announce the console for itself
        stderr=asyncio.subprocess.PIPE,
        # A Ctrl-C is for us, who stop them in their order; the session stays the same.
        process_group=0,
    )


def _inherited() -> dict[str, str]:
    """Our environment, less what we decide: an address of its own for each, and seeded once."""
    decided = {f"STILLWATCH_{name}" for name in ("HOST", "PORT", "DEMO", "DEMO_PASSWORD")}
    return {name: value for name, value in os.environ.items() if name not in decided}


def _described(code: int) -> str:
    return f"{signal.strsignal(-code)}" if code < 0 else f"exit status {code}"
