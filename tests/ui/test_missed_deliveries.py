"""A page that missed anything comes, by one report of where it stands, to what a fresh one shows.

The server's side is a real page of a run, the browser's the real script in a real engine; what goes
between them is lost, late, or out of turn as the examples have it.
"""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from nicegui import client, core
from nicegui.testing import User, user_simulation

from services import metrics
from tests.stepped_loop import SteppedLoop
from tests.ui import documents
from tests.ui.watched_run import RunPage, WatchedRun, open_page, settle
from ui.quiet_outbox import install_quiet_outbox

STAND = "stillwatchStages.stand()"
FATES = st.sampled_from(["arrives", "arrives", "is lost", "is late"])
DEEDS = st.sampled_from(
    [
        *("change", "change", "change", "finish", "break", "mend", "hide", "show", "open", "close"),
        *("disconnect", "connect", "wait", "wait", "wait long", "deliver", "deliver last"),
    ]
)
SCRIPTS = st.lists(st.tuples(DEEDS, FATES), min_size=3, max_size=24)

Deed = Callable[[], Any]


class Player:
    """One page, and what happens to its deliveries."""

    def __init__(self, watched: WatchedRun, page: RunPage, engine: subprocess.Popen[str]) -> None:
        self.watched = watched
        self.page = page
        self.fate = "arrives"
        self._late: list[Any] = []
        self._dialogs: list[Any] = []
        self._document = page.open_in(engine)
        self._is_connected = False
        self._version = 0
        self.views: dict[str, Any] = page.held

    async def do(self, deed: str) -> None:
        done = getattr(self, "_" + deed.replace(" ", "_"))()
        if done is not None:
            await done
        await self.deliver()

    async def deliver(self) -> None:
        """Bring on whatever is under way, until nothing is."""
        for _ in range(12):
            await settle()
            heard = self.page.wire.heard() if self._is_connected else []
            if not heard:
                return
            for name, told in heard:
                self._pass_on(name, told)
        raise AssertionError("page and browser never come to rest")

    def stand(self) -> None:
        """Say undisturbed where the browser stands."""
        self._take(self._document.run(STAND))

    def _pass_on(self, name: str, told: Any) -> None:
        if name == "run_javascript" and "stillwatch" in told["code"]:
            self._take(self._document.run(told["code"]))
        elif name == "shown":
            assert not self.page.is_guarded or told["parts"].keys() <= {"badge"}, "under a guard"
            if self.fate == "arrives":
                self._arrive(told)
            elif self.fate == "is late":
                self._late.append(told)

    def _arrive(self, told: Any) -> None:
        self._take(self._document.hear("shown", told))

    def _take(self, seen: documents.Seen) -> None:
        self.views = seen.views
        version = int(self.views[self.page.by_part["badge"]]["version"])
        assert version >= self._version, "an older version has replaced a newer one"
        self._version = version
        if self._is_connected:  # what a browser says without a socket, nobody hears
            self.page.tell(seen)

    def _change(self) -> None:
        if self.watched.run.status == "running":
            self.watched.change()

    def _finish(self) -> None:
        if self.watched.run.status == "running":
            self.watched.finish()

    def _break(self) -> None:
        self.watched.error = ConnectionError("no database")

    def _mend(self) -> None:
        self.watched.error = None

    def _hide(self) -> None:
        if self._is_connected:
            self.page.report("hidden")

    def _show(self) -> None:
        if self._is_connected:
            self.page.report("visible")

    def _open(self) -> None:
        self._dialogs.append(self.page.open_dialog())

    def _close(self) -> None:
        if self._dialogs:
            self._dialogs.pop().close()

    def _disconnect(self) -> None:
        if self._is_connected:
            self.page.wire.heard()
            self.page.wire.disconnect()
            self._is_connected = False

    async def _connect(self) -> None:
        if not self._is_connected:
            self._is_connected = True
            await self.page.wire.connect()

    async def _wait(self) -> None:
        await asyncio.sleep(1)

    async def _wait_long(self) -> None:
        await asyncio.sleep(9)

    def _deliver(self) -> None:
        if self._late:
            self._arrive(self._late.pop(0))

    def _deliver_last(self) -> None:
        if self._late:
            self._arrive(self._late.pop())

    async def come_to_rest(self) -> None:
        """Every guard is opened, all is well again, and from here on everything arrives."""
        self.fate = "arrives"
        self._mend()
        while self._dialogs:
            self._close()
        for deed in ("connect", "show"):
            await self.do(deed)


class Stagehand:
    """A simulated server in stepped time, and an engine for the browsers."""

    def __init__(self, engine: subprocess.Popen[str], runner: asyncio.Runner, user: User) -> None:
        self.engine = engine
        self.runner = runner
        self.user = user

    async def page(self, watched: WatchedRun) -> Player:
        return Player(watched, await open_page(self.user, watched), self.engine)


@pytest.fixture(scope="module")
def stagehand() -> Iterator[Stagehand]:
    with (
        documents.engine() as engine,
        pytest.MonkeyPatch.context() as patch,
        asyncio.Runner(loop_factory=SteppedLoop) as runner,
    ):
        patch.setattr(client, "Outbox", client.Outbox)  # put back afterwards
        simulation = user_simulation(root=lambda: None)
        user = runner.run(simulation.__aenter__())
        install_quiet_outbox()
        core.app.config.reconnect_timeout = 1e6
        yield Stagehand(engine, runner, user)
        runner.run(simulation.__aexit__(None, None, None))


# The whole scene is under way when a newer one overtakes it.
OVERTAKEN = [
    *(
        ("change", "arrives"),
        ("wait", "is lost"),
        ("disconnect", "arrives"),
        ("connect", "is late"),
    ),
    *(("change", "arrives"), ("wait", "arrives"), ("deliver", "arrives")),
]
# The end is missed, and that is noticed under a dialog.
MISSED_END = [
    *(("finish", "arrives"), ("wait", "is lost"), ("open", "arrives")),
    *(("disconnect", "arrives"), ("connect", "arrives"), ("close", "arrives")),
]


@given(SCRIPTS, st.integers(1, 3))
@example(OVERTAKEN, 1)
@example(MISSED_END, 1)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_was_missed_one_report_of_where_it_stands_brings_what_a_fresh_page_shows(
    stagehand: Stagehand, script: list[tuple[str, str]], pages: int
) -> None:
    stagehand.runner.run(play(stagehand, script, pages))


async def play(stagehand: Stagehand, script: list[tuple[str, str]], pages: int) -> None:
    watched, polls = WatchedRun(), terminal_polls()
    players = [await stagehand.page(watched) for _ in range(pages)]
    for player in players:
        await player.do("connect")

    for turn, (deed, fate) in enumerate(script):
        for player in players:
            player.fate = fate if player is players[0] else "arrives"
        await players[turn % 2 and -1].do(deed)
        for player in players:
            await player.deliver()

    missed = players[0]
    await missed.come_to_rest()
    missed.stand()
    await missed.deliver()
    assert missed.views == missed.page.held

    fresh = await stagehand.page(watched)
    await fresh.do("connect")
    for _ in range(24):  # both come to the slowest of intervals
        await asyncio.sleep(1)
        await missed.deliver()
        await fresh.deliver()
    assert by_part(missed) == by_part(fresh)
    for player in (*players, fresh):
        player.page.client.delete()
    await settle()
    assert len(watched.console.runs) == len(watched.console.access) == 0
    assert terminal_polls() == polls


def terminal_polls() -> float:
    labels = {"surface": "run_detail"}
    return metrics.registry.get_sample_value("stillwatch_terminal_polls_total", labels) or 0


def by_part(player: Player) -> dict[str, Any]:
    return {name: still(player.views[id_]) for name, id_ in player.page.by_part.items()}


def still(view: Any) -> Any:
    """A view without the seconds that the browser counts on by itself."""
    if isinstance(view, list):
        return [still(one) for one in view]
    if not isinstance(view, dict):
        return view
    running = view.get("running") is True
    return {name: still(one) for name, one in view.items() if not (running and name == "seconds")}
