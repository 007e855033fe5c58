"""A `ui.timer` that keeps its grid: it neither drifts, nor bunches, nor heeds the wall clock."""

import asyncio

from nicegui import ui

from policy.pacing import next_due


class SteadyTimer(ui.timer):
    """A repeating `ui.timer` whose ticks lie on multiples of its interval after its start.

    The framework's own loop takes its sleep from the wall clock, so that a clock step stalls it,
    and runs late ticks back to back. This one sleeps by the event loop's monotonic clock, and
    leaves at least half an interval after a tick that was late.
    """

    async def _run_in_loop(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self.interval
        try:
            await asyncio.sleep(self.interval)
            if not await self._can_start():
                return
            with self._get_context():
                while not self._should_stop():
                    self._current_invocation = asyncio.create_task(self._invoke_callback())
                    await self._current_invocation
                    due = next_due(due, loop.time(), self.interval)
                    await asyncio.sleep(due - loop.time())
        finally:
            self._cleanup()
