"""What is remembered of the framework's methods is what it would look up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nicegui import app, client, helpers, ui

from ui import lean_framework
from ui.lean_framework import LeanFrameworkError, expects_arguments, make_lean


class _Hearer:
    def plain(self) -> None: ...
    def told(self, event: object) -> None: ...
    def perhaps(self, event: object = None) -> None: ...


_HEARERS = [
    _Hearer().plain,
    _Hearer().told,
    _Hearer().perhaps,
    _Hearer.plain,
    lambda: None,
    lambda event: event,
    print,
    ui.label.set_text,
]


@pytest.mark.parametrize("hearer", _HEARERS)
def test_a_handler_is_called_with_what_it_expects(hearer: Callable[..., Any]) -> None:
    first, again = expects_arguments(hearer), expects_arguments(hearer)

    assert first == again == lean_framework._look_up(hearer)


def test_a_framework_without_those_middlewares_is_to_be_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(helpers, "expects_arguments", helpers.expects_arguments)
    monkeypatch.setattr(client, "SubPagesRouter", client.SubPagesRouter)
    monkeypatch.setattr(app, "user_middleware", [])

    with pytest.raises(LeanFrameworkError):
        make_lean()


def test_nothing_of_ours_holds_pages_within_a_page() -> None:
    sources = Path(lean_framework.__file__).parent.rglob("*.py")

    assert not [path for path in sources if "ui.sub_pages(" in path.read_text()]
