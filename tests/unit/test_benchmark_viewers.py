"""What the benchmark's viewers make of what they receive: figures are only as good as that."""

import json
from xml.etree import ElementTree

import pytest

from benchmarks.chart import draw
from benchmarks.watching.packets import event_name, message_id, newest_version, step
from benchmarks.watching.page import read_page
from benchmarks.watching.round import Window
from benchmarks.watching.server import Sample
from benchmarks.watching.side_by_side import COST
from benchmarks.watching.tally import Tally

UPDATE = '42["update",{"7":{"props":{"data-version":"17"}},"9":{"props":{}},"_id":4}]'
SHOWN = '42["shown",{"surface":"run","from":17,"to":18,"parts":{"badge":{"version":"18"}}}]'


def a_page(elements: dict[str, object]) -> str:
    escaped = json.dumps(elements).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    query = '{"client_id": "0d6f2f0e-6f0a-4c53-9f0e-3d5c0a6f2f0e", "next_message_id": 3}'
    return f"createApp(parseElements(String.raw`{escaped}`), {{query: {query}}})"


@pytest.mark.parametrize(
    ("packet", "name", "version", "number"),
    [
        (UPDATE, "update", 17, 4),
        (SHOWN, "shown", 18, None),
        ('42["text",{"body":"{\\"version\\": 5}","_id":1}]', "text", 5, 1),
        ('42["update",{"1":{"version":3},"2":{"version":12},"_id":10}]', "update", 12, 10),
        ('42["run_javascript",{"code":"let x = 1","_id":0}]', "run_javascript", None, 0),
        ("2", None, None, None),
        ('40{"sid":"abc"}', None, None, None),
        ("42", None, None, None),
    ],
)
def test_a_packet_tells_its_event_its_newest_version_and_its_number(
    packet: str, name: str | None, version: int | None, number: int | None
) -> None:
    assert event_name(packet) == name
    assert newest_version(packet) == version
    assert message_id(packet) == number


def test_a_page_tells_who_listens_for_what() -> None:
    page = read_page(
        a_page(
            {
                "0": {"events": [{"type": "visibility", "listener_id": "l0"}]},
                "5": {
                    "props": {"data-testid": "run-cancel", "title": "<b> & more"},
                    "events": [{"type": "click", "listener_id": "l5"}],
                },
            }
        )
    )

    assert page.marks == {"run-cancel": 5}
    assert page.next_message_id == 3
    assert json.loads(page.event(5, "click", {})[2:]) == [
        "event",
        {"id": 5, "client_id": page.client_id, "listener_id": "l5", "args": ["{}"]},
    ]
    assert json.loads(str(page.visibility("hidden"))[2:])[1]["args"] == ['"hidden"']


def test_a_page_where_nobody_asks_for_visibility_has_nothing_to_report() -> None:
    assert read_page(a_page({"0": {}})).visibility("visible") is None


def test_what_an_update_brings_can_be_clicked() -> None:
    page = read_page(a_page({"0": {}}))

    page.hear(
        '42["update",{"8":{"props":{"data-testid":"confirm"},'
        '"events":[{"type":"click","listener_id":"l8"}]},"5":null,"_id":2}]'
    )

    assert '"listener_id": "l8"' in str(page.press("confirm"))
    assert page.press("dismiss") is None


def test_a_button_of_a_component_is_pressed_by_the_event_that_it_emits() -> None:
    page = read_page(a_page({"4": {"events": [{"type": "cancel", "listener_id": "l4"}]}}))

    message = json.loads(str(page.press("run-cancel"))[2:])[1]

    assert (message["id"], message["listener_id"], message["args"]) == (4, "l4", [])


def test_what_is_no_page_is_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match="not a page"):
        read_page("<h1>Sign in</h1>")


def test_a_delivery_is_as_late_as_each_of_the_commits_that_it_covers() -> None:
    tally = Tally()
    for version in (4, 5, 6, 7):
        tally.committed("/operations/1", version)

    tally.delivered("anna", "/operations/1", "5 s", 4, 7)

    assert tally.told()["delays"]["5 s"]["count"] == 3
    assert tally.deliveries == 1


def test_what_was_committed_before_the_counting_is_nobodys_delay() -> None:
    tally = Tally()
    tally.committed("/operations/1", 5)

    tally.restart()
    tally.committed("/operations/1", 6)
    tally.delivered("anna", "/operations/1", "1 s", 4, 6)

    assert tally.told()["delays"]["1 s"]["count"] == 1


def test_a_page_goes_from_scene_to_scene_and_notices_what_it_has_missed() -> None:
    badge = {"surface": "run_detail", "stage": {"at": 5, "parts": {"badge": 9}}}
    listener = {"type": "standing", "listener_id": "s0"}
    page = read_page(a_page({"0": {"events": [listener]}, "9": {"props": badge}}))

    assert page.take("run_detail", 5, 6)
    assert not page.take("run_detail", 7, 8)
    assert page.take("run_detail", 4, 6)
    assert json.loads(str(page.standing())[2:])[1]["args"] == ['{"run_detail": 6}']
    assert page.take("run_detail", None, 8)
    assert page.stages == {"run_detail": 8}


def test_a_step_names_its_surface_and_its_scenes() -> None:
    packet = '42["shown",{"surface":"run_detail","from":null,"to":9,"parts":{}}]'

    assert step(packet) == ("run_detail", None, 9)
    assert step(SHOWN) == ("run", 17, 18)
    assert step(UPDATE) is None


def test_what_is_due_lies_between_what_came() -> None:
    tally = Tally()
    tally.receipts["5 s"] = {1: [0.0, 5.01, 15.0], 2: [2.0]}

    assert tally.told()["turns"]["5 s"] == {"due": 3, "came": 2, "viewers": 2}


def a_window(fallen: dict[str, tuple[float, float]]) -> Window:
    """A window in which so much fell into each bucket, before and after."""
    name = "stillwatch_loop_pause_seconds"
    before: dict[Sample, float] = {}
    after: dict[Sample, float] = {}
    for edge, (then, now) in fallen.items():
        before[f"{name}_bucket", (("le", edge),)] = then
        after[f"{name}_bucket", (("le", edge),)] = now
    before[f"{name}_count", ()], after[f"{name}_count", ()] = fallen["+Inf"]
    return Window(10.0, 100.0, 0.1, before, after, 10.0, {})


def test_the_longest_pause_is_of_the_window_and_not_of_what_was_before() -> None:
    window = a_window({"0.01": (50, 90), "0.1": (50, 100), "1.0": (60, 110), "+Inf": (60, 110)})

    assert window.longest_ms("stillwatch_loop_pause_seconds") == 100
    assert window.longest_ms("stillwatch_nothing_like_it") is None


def test_the_chart_names_every_subject_and_draws_both_panels() -> None:
    machine = {
        "cores": 2,
        "processor": "A & B",
        "memory_gib": 4,
        "system": "Linux",
        "python": "3.11",
        "load_before": 0.1,
    }
    bars = [
        {"subject": "500 viewers: Stillwatch", "quantity": COST, "median": 0.15},
        {"subject": "500 viewers: htmx", "quantity": COST, "median": 0.9},
    ]
    lines = [
        {"subject": subject, "quantity": f"{viewers} viewers", "median": 0.2}
        for subject in ("Stillwatch", "htmx")
        for viewers in (50, 500)
    ]

    drawn = draw({"machine": machine, "viewers": 500, "figures": bars}, {"figures": lines})

    texts = [element.text for element in ElementTree.fromstring(drawn).iter() if element.text]
    assert {"Stillwatch", "htmx", "0.15 ms", "0.90 ms", "Livewire wire:poll.1s *"} <= set(texts)
    assert {"50", "500"} <= set(texts)
