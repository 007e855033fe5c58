"""A right that was lost is lost within one interval, whoever has had it read."""

import asyncio

import pytest
from nicegui import client
from nicegui.testing import user_simulation

from tests.stepped_loop import stepped
from tests.ui.watched_run import READER, WatchedRun, open_visible_page
from ui.quiet_outbox import install_quiet_outbox


@stepped
async def test_rights_that_another_had_read_are_not_kept_for_another_interval() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "Outbox", client.Outbox)
        async with user_simulation(root=lambda: None) as user:
            install_quiet_outbox()
            loop = asyncio.get_running_loop()
            watched = WatchedRun()
            await asyncio.sleep(100)  # both come to the slowest of intervals
            other = await open_visible_page(user, watched, session_id=2)
            await asyncio.sleep(7)
            page = await open_visible_page(user, watched, session_id=1, grants=READER)
            # Two intervals on, right after a read.
            reads = watched.reads["access"]
            while watched.reads["access"] < reads + 4:
                await asyncio.sleep(0.1)
            watched.sign_in(1, ())
            lost_at = loop.time()

            while page.live.shown is not None:
                assert loop.time() - lost_at < 30
                await asyncio.sleep(0.1)

            assert loop.time() - lost_at <= 10.5
            assert other.live.shown is not None
