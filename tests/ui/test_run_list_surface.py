"""What the surface of a list looks at, beside its rows."""

import asyncio
from types import SimpleNamespace
from typing import Any

from models import Role
from policy.access import Grant, Scope
from services.run_window import RunListSnapshot, RunWindow
from services.snapshots import SharedReads
from tests.stepped_loop import stepped
from tests.unit.presenters.factories import NOW, a_run
from ui.surfaces import RunListSurface


@stepped
async def test_a_list_looks_another_to_whoever_has_lost_a_right() -> None:
    console: Any = SimpleNamespace(
        windows=SharedReads("list", lambda known: None, asyncio.get_running_loop().time)
    )
    session: Any = SimpleNamespace(viewer=SimpleNamespace(grants=(Grant(Role.OPERATOR, 1),)))
    window = RunWindow(Scope(1, None), None, (7,), 7)
    stage: Any = None
    surface = RunListSurface(console, session, window, stage, print, print)
    shown = RunListSnapshot(NOW, (a_run(id=7),), 0)
    before = surface.look(shown)

    session.viewer = SimpleNamespace(grants=(Grant(Role.AUDITOR, 1),))

    assert surface.look(shown) != before
