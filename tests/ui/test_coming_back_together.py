"""Many pages that come back at once are one read, as many that tick are."""

import asyncio

import pytest
from nicegui import client
from nicegui.testing import user_simulation

from tests.stepped_loop import stepped
from tests.ui.watched_run import WatchedRun, open_visible_page, settle
from ui.quiet_outbox import install_quiet_outbox


@stepped
async def test_pages_that_are_shown_or_have_missed_something_together_share_a_read() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "Outbox", client.Outbox)
        async with user_simulation(root=lambda: None) as user:
            install_quiet_outbox()
            watched = WatchedRun()
            pages = [await open_visible_page(user, watched, session_id=n) for n in range(10)]
            for page in pages:
                page.report("hidden")
            await asyncio.sleep(20)
            before = watched.reads["run"]

            for page in pages:
                page.report("visible")
                await settle()
            for page in pages:
                page.stand({"run_detail": -1})
                await settle()

            assert watched.reads["run"] == before + 1
            assert all("summary" in page.shown_to()[-1]["parts"] for page in pages)

            watched.change()
            pages[0].live.nudge(own_action=True)
            await settle()

            assert watched.reads["run"] == before + 2
            assert pages[0].live.shown.version == watched.run.version
