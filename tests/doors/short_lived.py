"""The console where a page that is away for a second is gone, and that tells what is left of it.

Run as a module, in place of `stillwatch serve`.
"""

import asyncio
import gc
import os
from collections import Counter
from typing import Any

from fastapi import FastAPI
from nicegui import Client, core
from nicegui.app.app import prune_tab_storage
from nicegui.slot import Slot

import main
from settings import read_settings
from ui import guard
from ui.page_count import count_pages

main._RECONNECT_SECONDS = 1.0
_KINDS = ("Client", "Element", "PageSession", "Live", "Browser", "Watch", "SteadyTimer", "Outbox")


async def left() -> dict[str, Any]:
    """What of pages is in memory after a search, by count."""
    Client.prune_instances(client_age_threshold=0)  # those whose browser never came
    await prune_tab_storage()
    await Slot.prune_stacks()
    gc.collect()
    manager = core.sio.manager
    return {
        "pages": sum(count_pages()),
        "sockets": len(core.sio.eio.sockets) + len(core.sio.environ),
        "rooms": len(manager.rooms.get("/", {})) + len(manager.pending_connect.get("/", [])),
        "tabs": len(core.app.storage._tabs),
        "stacks": len(Slot.stacks),
        "tasks": Counter(_plain(task.get_name()) for task in asyncio.all_tasks()),
        "objects": Counter(_kinds()),
    }


def _plain(name: str) -> str:
    return name.rstrip("0123456789-abcdef")


def _kinds() -> list[str]:
    return [
        kind.__name__
        for thing in gc.get_objects()
        for kind in type(thing).__mro__[:-1]
        if kind.__name__ in _KINDS and kind.__module__.startswith(("nicegui", "ui.", "services."))
    ]


def create_app(*arguments: Any) -> FastAPI:
    app = composed(*arguments)
    app.add_api_route("/left", left)
    app.router.routes.insert(0, app.router.routes.pop())
    core.sio.eio.ping_interval = (
        1.0  # a task of each socket, also of one that is gone, sleeps so long
    )
    return app


if __name__ == "__main__":
    guard._OPEN_PATHS |= {"/left"}
    composed, main.create_app = main.create_app, create_app
    main.serve(read_settings(os.environ))
