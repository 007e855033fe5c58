"""In whose language a page for people is written; who reads is told by whoever composes."""

from collections.abc import Callable
from typing import Protocol
from zoneinfo import ZoneInfo

from fastapi import Request


class Words(Protocol):
    """One reader's language and time zone."""

    @property
    def language(self) -> str: ...
    @property
    def zone(self) -> ZoneInfo: ...
    def say(self, text: str, /, **values: object) -> str: ...
    def told(self, what: str | Exception) -> str: ...


class English:
    """The language that everything is written in, for who has said no zone."""

    language = "en"
    zone = ZoneInfo("UTC")

    def say(self, text: str, /, **values: object) -> str:
        return text.format_map(values) if values else text

    def told(self, what: str | Exception) -> str:
        return str(what)


ReaderOf = Callable[[Request], Words]


def english(request: Request) -> Words:
    """Whoever it is, in English."""
    return English()
