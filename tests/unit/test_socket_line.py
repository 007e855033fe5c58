"""What one socket may say, and how fast it is listened to, in stepped time."""

import asyncio
from dataclasses import dataclass, field

import pytest
from starlette.types import Message

from policy.socket_pace import SocketPace
from services import metrics
from tests.stepped_loop import stepped
from ui.socket_line import SocketLine, Turns

EVENT = '42["event",{"client_id":"1","id":3,"listener_id":"2","args":["{}"]}]'


@dataclass
class Server:
    """The web server's side of a socket: what came is there, and what is sent is kept."""

    texts: list[str | bytes] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    taken: int = 0

    async def receive(self) -> Message:
        if self.taken == len(self.texts):
            await asyncio.Event().wait()  # nothing more comes
        text = self.texts[self.taken]
        self.taken += 1
        kind = "bytes" if isinstance(text, bytes) else "text"
        return {"type": "websocket.receive", kind: text}

    async def send(self, message: Message) -> None:
        self.sent.append(message)


def line_to(server: Server, *, is_behind: bool = False, entered: bool = True) -> SocketLine:
    pace = SocketPace(25.0, asyncio.get_running_loop().time())
    line = SocketLine(server.receive, server.send, pace, Turns(lambda: is_behind))
    line.entered = entered
    return line


async def hear(line: SocketLine, most: int = 10_000) -> list[str]:
    """All that the framework gets to hear, until the line is cut."""
    heard = []
    while len(heard) < most:
        message = await line.receive()
        if message["type"] == "websocket.disconnect":
            break
        heard.append(message["text"])
    return heard


def refused(reason: str) -> float:
    value = metrics.registry.get_sample_value(
        "stillwatch_socket_refusals_total", {"reason": reason}
    )
    assert value is not None
    return value


@pytest.mark.parametrize(
    "text",
    [
        "3",
        "40",
        "41",
        EVENT,
        '42["javascript_response",{"request_id":"1"}]',
        '4217["handshake", {"client_id":"1"}]',
        '42["ack",{"next_message_id":7}]',
        '42["log",{"level":"info"}]',
    ],
)
@stepped
async def test_what_a_page_s_script_says_is_handed_on(text: str) -> None:
    line = line_to(Server([text]))

    assert await hear(line, most=1) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2probe",
        "4",
        "4{}",
        "4" + "[" * 100_000,
        "40/elsewhere,",
        '40{"token":1}',
        "42",
        "42{}",
        '42["connect",{}]',
        '42["disconnect"]',
        '42["shout",{}]',
        "42[[],{}]",
        '42/elsewhere,["event",{}]',
        '42["event"]',
        '421234567890["event",{}]',
        '451-["event",{"_placeholder":true,"num":0}]',
        "43[1]",
        "5",
        "bAAAA",
        b"x",
        b'42["event",{}]',
    ],
)
@stepped
async def test_what_no_page_s_script_says_ends_the_line(text: str | bytes) -> None:
    server, before = Server([text, EVENT]), refused("malformed")
    line = line_to(server)

    assert await hear(line) == []
    assert server.sent == [{"type": "websocket.close", "code": 1008, "reason": "malformed"}]
    assert refused("malformed") == before + 1


@stepped
async def test_a_second_hello_on_the_same_line_ends_it() -> None:
    line = line_to(Server(["40", "40"]))

    assert await hear(line) == ["40"]
    assert line.is_cut_for == "malformed"


@stepped
async def test_a_flood_is_heard_at_its_pace_and_then_cut() -> None:
    loop, server = asyncio.get_running_loop(), Server([EVENT] * 10_000)
    line, began = line_to(server), loop.time()

    heard = await hear(line)

    assert line.is_cut_for == "too_fast"
    assert len(heard) <= 25 * (4 + 11)
    assert loop.time() - began < 16
    assert server.taken == len(heard) + 1  # what is not listened to is not even taken


@stepped
async def test_a_flood_is_counted_and_told_once() -> None:
    server, before = Server([EVENT] * 10_000), refused("too_fast")
    held = metrics.registry.get_sample_value("stillwatch_sockets_held_total") or 0
    line = line_to(server)

    await hear(line)
    await line.cut("too_fast")

    assert refused("too_fast") == before + 1
    assert metrics.registry.get_sample_value("stillwatch_sockets_held_total") == held + 1
    assert len(server.sent) == 1


@stepped
async def test_who_types_fast_waits_for_nothing_even_while_the_database_is_behind() -> None:
    loop, server = asyncio.get_running_loop(), Server([EVENT] * 300)
    line, waited = line_to(server, is_behind=True), 0.0

    for _ in range(300):
        began = loop.time()
        await line.receive()
        waited += loop.time() - began
        await asyncio.sleep(1 / 15)

    assert waited == 0.0


@stepped
async def test_in_a_hurry_sockets_wait_for_the_database_and_for_each_other() -> None:
    """What each alone would be heard with at once; the wait fills their allowances meanwhile."""
    loop = asyncio.get_running_loop()
    turns, began = Turns(lambda: True), loop.time()
    lines = [line_to(Server([EVENT] * 50)) for _ in range(10)]
    for line in lines:
        line.turns = turns

    await asyncio.gather(*(hear(line, most=50) for line in lines))

    assert loop.time() - began > 2


@stepped
async def test_who_names_no_page_is_sent_away() -> None:
    loop, server = asyncio.get_running_loop(), Server(["40"])
    line, began = line_to(server, entered=False), loop.time()

    assert await hear(line) == ["40"]
    assert line.is_cut_for == "no_page"
    assert loop.time() - began == pytest.approx(10)


@stepped
async def test_who_has_named_a_page_may_be_silent_for_ever() -> None:
    loop = asyncio.get_running_loop()
    line = line_to(Server(["40"]), entered=False)

    loop.call_later(5, setattr, line, "entered", True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hear(line), 3600)

    assert line.is_cut_for is None
