"""What comes over a page's socket, read only as far as counting needs: engine.io 4, socket.io 5."""

import re

PING = "2"
PONG = "3"
# As a page's own attribute, as a field of a view, and also where JSON is text inside JSON.
_VERSION = re.compile(r'version\\?"?[:=\s]+\\?"?(\d+)')
_STEP = re.compile(r'"surface":\s?"(\w+)",\s?"from":\s?(null|\d+),\s?"to":\s?(\d+)')
_MESSAGE_ID = re.compile(r'"_id"\s*:\s*(\d+)')


def event_name(packet: str) -> str | None:
    """The name of the event that the packet carries; None when it carries none."""
    if not packet.startswith("42"):
        return None
    begin = packet.find('["')
    end = packet.find('"', begin + 2)
    return packet[begin + 2 : end] if 2 <= begin < end else None


def newest_version(packet: str) -> int | None:
    """The highest version that anything in the packet is said to have; None when none is."""
    return max(map(int, _VERSION.findall(packet)), default=None)


def message_id(packet: str) -> int | None:
    """The number that the framework gave the message, of which the page tells what it has."""
    found = _MESSAGE_ID.findall(packet)
    return int(found[-1]) if found else None


def step(packet: str) -> tuple[str, int | None, int] | None:
    """Which surface the packet takes from which scene to which; None when it is no such step."""
    found = _STEP.search(packet)
    if found is None:
        return None
    return found[1], None if found[2] == "null" else int(found[2]), int(found[3])
