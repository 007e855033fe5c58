"""Real pages of one run, over real shared reads of what the test writes, in the loop's time."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from nicegui import Client, client
from nicegui.testing import User
from starlette.requests import Request

from models import Role
from policy.access import Grant
from services.auth import Viewer
from services.runs import RunSnapshot
from services.snapshots import SharedReads
from tests.ui.documents import Document, Seen
from tests.ui.wire import Wire, fetched_page, simulated_user
from tests.unit.presenters.factories import NOW, a_run
from ui.quiet_outbox import install_quiet_outbox

OWNER = (Grant(Role.OWNER, 1),)
READER = (Grant(Role.AUDITOR, 1),)


class WatchedRun:
    """A run, those signed in who look at it by session, and how often either was read."""

    def __init__(self, age: float = 0.0, **columns: Any) -> None:
        # The simulation forgets what it has imported; so these are those of this simulation.
        from ui.console import compose

        self._time = asyncio.get_running_loop().time
        self._born = self._time()
        began = NOW - timedelta(seconds=age)
        self.run = a_run(version=1, started_at=began, created_at=began, **columns)
        self.viewers: dict[int, Viewer] = {}
        self.reads: Counter[str] = Counter()
        self.error: Exception | None = None
        nothing: Any = SimpleNamespace(viewers_of_sessions=None)
        self.console = replace(
            compose(nothing, nothing, nothing, {}, secret="-", is_secure=False),
            access=SharedReads("access", self._read_viewers, self._time),
            runs=SharedReads("run", self._read_runs, self._time),
            histories=SharedReads.one_by_one("history", self._read_history, self._time),
            clock=self._time,
        )

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return self._time() - self._born

    def change(self, **columns: Any) -> None:
        """Write to the run, as its worker does."""
        version = self.run.version + 1
        counts = {"total": 10_000, "processed": version}
        self.run = replace(self.run, version=version, summary_counts=counts, **columns)

    def finish(self) -> None:
        self.change(status="completed", outcome="succeeded", completed_at=self._now())

    def sign_in(self, session_id: int, grants: tuple[Grant, ...] = OWNER) -> Viewer:
        viewer = Viewer(session_id, 1, "Ada", "ada@example.test", None, (), grants)
        self.viewers[session_id] = viewer
        return viewer

    def seen(self) -> RunSnapshot:
        return replace(self.run, now=self._now())

    def _now(self) -> Any:
        return NOW + timedelta(seconds=self.seconds)

    async def _read_viewers(self, known: Mapping[int, Any]) -> Mapping[int, Viewer | None]:
        self.reads["access"] += 1
        await asyncio.sleep(0)
        return {session: self.viewers[session] for session in known if session in self.viewers}

    async def _read_runs(self, known: Mapping[int, Any]) -> Mapping[int, RunSnapshot]:
        self.reads["run"] += 1
        seen = self.seen()
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return {run: seen for run in known if run == self.run.id}

    async def _read_history(self, key: object) -> None:
        return None


class RunPage:
    """A page of the run, its socket, and the document that its browser shows."""

    def __init__(
        self, console: Any, run: RunSnapshot, wire: Wire, viewer: Viewer, cookies: str = ""
    ) -> None:
        from ui.browser import Browser, Dialog
        from ui.bulk_reading import BulkReading
        from ui.components.announcer import Announcer
        from ui.page import Page
        from ui.page_session import PageSession
        from ui.pages.run_detail import RunPanel
        from ui.run_history import RunHistory

        self.wire = wire
        self.client: Client = wire.client
        self._dialog_type = Dialog
        headers = [(b"cookie", cookies.encode())]
        request = Request({"type": "http", "headers": headers, "state": {}})
        with self.client:
            session = PageSession(console, viewer, request, self.client)
            self.browser = Browser(self.client, session.locale)
            page = Page(console, self.client, viewer, session, self.browser, Announcer())
            history = RunHistory(console, session, run)
            panel = RunPanel(page, run, (), history, BulkReading(console), is_watching=False)
        self.live = panel._live
        self.stage = panel._stage

    @property
    def is_guarded(self) -> bool:
        return self.live._guards().closed() is not None

    @property
    def held(self) -> dict[str, Any]:
        """The views by element that the server believes are on the screen."""
        return {str(one.id): _as_json(one.view) for one in self.stage._elements.values()}

    @property
    def by_part(self) -> dict[str, str]:
        """The ids of the elements by the names of their parts."""
        return {name: str(one.id) for name, one in self.stage._elements.items()}

    def open_in(self, engine: Any) -> Document:
        """The document as the page's HTML makes it."""
        entered = {"run_detail": self.stage._badge._props["stage"]}
        return Document(engine, {int(id_): view for id_, view in self.held.items()}, entered)

    def tell(self, seen: Seen) -> None:
        """Hear what the document has emitted."""
        hearers = {"visibility": self.browser._hear, "standing": self.browser._hear_standing}
        for name, args in seen.said:
            hearers[name](SimpleNamespace(args=args))

    def report(self, state: str) -> None:
        self.browser._hear(SimpleNamespace(args=state))

    def stand(self, standing: Mapping[str, Any]) -> None:
        self.browser._hear_standing(SimpleNamespace(args=standing))

    def open_dialog(self) -> Any:
        with self.client:
            dialog = self._dialog_type(self.browser)
        dialog.open()
        return dialog

    def shown_to(self) -> list[Any]:
        """The messages that show something, since the last call."""
        return [told for name, told in self.wire.heard() if name == "shown"]


@asynccontextmanager
async def watching(**columns: Any) -> AsyncIterator[tuple[User, WatchedRun]]:
    """Somebody with a browser, and a run to look at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "Outbox", client.Outbox)  # put back afterwards
        async with simulated_user() as user:
            install_quiet_outbox()
            yield user, WatchedRun(**columns)


async def open_page(
    user: User,
    watched: WatchedRun,
    session_id: int = 1,
    grants: tuple[Grant, ...] = OWNER,
    cookies: str = "stillwatch_zone=Europe/Berlin",
) -> RunPage:
    """A page that is fetched, but has no socket yet."""
    viewer = watched.sign_in(session_id, grants)
    run, wire = watched.seen(), await fetched_page(user)
    return RunPage(watched.console, run, wire, viewer, cookies)


async def open_visible_page(user: User, watched: WatchedRun, **named: Any) -> RunPage:
    """A page that is on somebody's screen."""
    page = await open_page(user, watched, **named)
    await page.wire.connect()
    page.report("visible")
    await settle()
    page.shown_to()
    return page


async def settle() -> None:
    """Let all that is under way come to its end; it takes next to no time."""
    for _ in range(30):
        await asyncio.sleep(0)


def _as_json(view: Any) -> Any:
    return json.loads(json.dumps(view))
