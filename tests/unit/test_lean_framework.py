"""What is remembered of the framework's methods is what it would look up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nicegui import app, binding, client, helpers, ui

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
    monkeypatch.setitem(vars(binding), "_propagate", vars(binding)["_propagate"])
    monkeypatch.setattr(client, "SubPagesRouter", client.SubPagesRouter)
    monkeypatch.setattr(app, "user_middleware", [])

    with pytest.raises(LeanFrameworkError):
        make_lean()


def test_what_is_bound_is_told_and_what_is_not_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(vars(binding), "_propagate", lean_framework.propagate)

    class Lamp:
        is_on = binding.BindableProperty()

    first, second, alone = Lamp(), Lamp(), Lamp()
    for lamp in (first, second, alone):
        lamp.is_on = False
    binding.bind_to(first, "is_on", second, "is_on", None)

    first.is_on = alone.is_on = True

    assert (second.is_on, alone.is_on) == (True, True)


def test_nothing_of_ours_holds_pages_within_a_page() -> None:
    sources = Path(lean_framework.__file__).parent.rglob("*.py")

    assert not [path for path in sources if "ui.sub_pages(" in path.read_text()]
