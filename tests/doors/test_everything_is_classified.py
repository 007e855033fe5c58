"""A page, a listener or an action that nobody has thought about fails here, and says where to."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nicegui import __version__

import main
from policy.access import Action
from settings import read_settings
from tests.browser.server import Server
from tests.doors import rights
from tests.doors.listening import find_listeners

_WHERE = "classify it in tests/doors/rights.py: what is it, and who may use it?"


def _walk(routes: list[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of all that is served, the framework's own included."""
    for route in routes:
        inner = getattr(route, "original_router", route)
        path = prefix + getattr(route, "path", "")
        if context := getattr(route, "include_context", None):
            path += context.prefix
        if below := getattr(inner, "routes", None):
            yield from _walk(below, path)
        else:
            for method in (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}:
                yield method, path.replace(__version__, "VERSION")


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    folder: Path = tmp_path_factory.mktemp("routes")
    settings = read_settings({"STILLWATCH_DATA_DIR": str(folder), "STILLWATCH_WORKERS": "0"})
    database = main.prepare_database(settings)
    try:
        return set(_walk(main.create_app(settings, database).routes))
    finally:
        database.close()


def test_every_route_is_classified(routes: set[tuple[str, str]]) -> None:
    known = {*rights.PAGES, *rights.AIMED_PAGES, *rights.OPEN, *rights.OTHER}
    new = {
        f"{method} {path}"
        for method, path in routes
        if path not in known
        and f"{method} {path}" not in known
        and not path.startswith(rights.API_PREFIX)
    }

    assert not new, f"{sorted(new)}: {_WHERE}"


def test_nothing_is_classified_that_is_gone(routes: set[tuple[str, str]]) -> None:
    there = {path for _, path in routes} | {f"{method} {path}" for method, path in routes}
    known = {*rights.PAGES, *rights.AIMED_PAGES, *rights.OPEN, *rights.OTHER}

    assert not known - there


def test_every_action_is_classified() -> None:
    new = {str(action) for action in Action} - set(rights.ACTIONS)

    assert not new, f"{sorted(new)}: {_WHERE}"
    assert set(rights.ACTIONS) == {str(action) for action in Action}


def test_every_listener_is_classified(server: Server) -> None:
    found = asyncio.run(find_listeners(server))
    new = {
        one
        for one in found
        if one not in rights.LISTENERS
        and not one.endswith(rights.FORM_EVENTS)
        and not one.startswith(rights.FORM_FIELDS)
    }

    assert "confirm click" in found, "no dialog was opened, so that nothing behind one is known"
    known = {one.partition(" ")[0] for one in found}
    assert known >= {"member-role", "tenant-name", "acknowledge-note", "view-name"}, (
        "what is behind the rows of a table was not opened"
    )
    assert not new, f"{sorted(new)}: {_WHERE}"
