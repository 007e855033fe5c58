"""The framework's outbox without its task: the same messages, in the same order."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from typing import Any

import pytest
from nicegui import app, client, ui

from tests.ui.wire import Wire, fetched_page, simulated_user
from ui import quiet_outbox
from ui.quiet_outbox import QuietOutbox, install_quiet_outbox


@pytest.fixture
async def wire(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    monkeypatch.setattr(client, "Outbox", client.Outbox)  # put back afterwards
    async with simulated_user() as user:
        install_quiet_outbox()
        wire = await fetched_page(user)
        assert isinstance(wire.client.outbox, QuietOutbox)
        yield wire


async def turn() -> None:
    """Let the event loop come round: what was put in is sent then."""
    for _ in range(3):
        await asyncio.sleep(0)


def numbers(heard: list[tuple[str, Any]]) -> list[int]:
    return [message["_id"] for _, message in heard]


async def test_an_open_page_has_no_task_that_waits_for_something_to_send(wire: Wire) -> None:
    await wire.connect()
    await turn()

    assert not [task for task in asyncio.all_tasks() if "outbox" in task.get_name()]


async def test_what_is_changed_in_one_go_is_one_message(wire: Wire) -> None:
    await wire.connect()
    with wire.client:
        first = ui.label("one")
        first.text = "two"
        second = ui.label("three")
    await turn()

    ((kind, update),) = wire.heard()
    assert kind == "update"
    assert update[str(first.id)]["text"] == "two"
    assert str(second.id) in update


async def test_updates_go_before_messages_and_each_has_the_next_number(wire: Wire) -> None:
    await wire.connect()
    wire.client.run_javascript("first()")
    with wire.client:
        ui.label("new")
    await turn()
    wire.client.run_javascript("second()")
    await turn()

    heard = wire.heard()
    assert [kind for kind, _ in heard] == ["update", "run_javascript", "run_javascript"]
    assert numbers(heard) == [0, 1, 2]


async def test_what_is_put_in_before_the_browser_comes_is_there_when_it_comes(wire: Wire) -> None:
    with wire.client:
        label = ui.label("late")
    await turn()
    await wire.connect()
    await turn()

    assert str(label.id) in dict(wire.heard())["update"]


async def test_a_browser_that_was_away_is_told_what_it_missed(wire: Wire) -> None:
    await wire.connect()
    await turn()
    wire.heard()
    wire.disconnect()
    wire.client.run_javascript("missed()")
    await turn()

    await wire.connect(next_message_id=0)
    await turn()

    assert [message["code"] for _, message in wire.heard()] == ["missed()"]


async def test_a_browser_that_lost_messages_gets_them_again_with_their_numbers(wire: Wire) -> None:
    await wire.connect()
    for word in ("one", "two", "three"):
        wire.client.run_javascript(word)
        await turn()
    wire.heard()
    wire.disconnect()

    await wire.connect(next_message_id=1)
    await turn()

    heard = wire.heard()
    assert [message["code"] for _, message in heard] == ["two", "three"]
    assert numbers(heard) == [1, 2]


async def test_a_browser_that_lost_what_nobody_has_any_more_loads_the_page_anew(wire: Wire) -> None:
    await wire.connect()
    wire.client.run_javascript("one")
    await turn()
    wire.client.outbox.prune_history(1)
    wire.heard()
    wire.disconnect()

    await wire.connect(next_message_id=0)
    await turn()

    assert "location.reload" in wire.heard()[0][1]["code"]


async def test_what_cannot_be_sent_is_told_and_the_rest_is_sent(wire: Wire) -> None:
    errors: list[Exception] = []
    app.on_exception(errors.append)
    await wire.connect()
    wire.client.outbox.enqueue_message("notify", {"no": object()}, wire.client.id)
    wire.client.run_javascript("after()")
    await turn()

    assert len(errors) == 1
    assert [kind for kind, _ in wire.heard()] == ["run_javascript"]


async def test_a_page_that_is_gone_leaves_nothing(wire: Wire) -> None:
    await wire.connect()
    wire.client.run_javascript("last()")
    wire.client.delete()
    outbox = weakref.ref(wire.client.outbox)
    await turn()

    assert wire.heard() == []

    wire.client = None  # type: ignore[assignment]
    gc.collect()
    assert outbox() is None


async def test_another_framework_s_outbox_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stock = client.Outbox
    monkeypatch.setattr(quiet_outbox, "READ", "another")

    install_quiet_outbox()

    assert client.Outbox is stock
    assert "its own is used" in caplog.text


def test_the_framework_s_outbox_is_the_one_that_was_read() -> None:
    """After an upgrade: read what changed, see that ours still does the same, note it here."""
    assert quiet_outbox.digest_of(quiet_outbox._read) == quiet_outbox.READ
