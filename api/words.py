"""In whose language a page for people is written; who reads is told by whoever composes."""

from collections.abc import Callable
from typing import Protocol

from fastapi import Request


class Words(Protocol):
    """One reader's language."""

    @property
    def language(self) -> str: ...
    def say(self, text: str, /, **values: object) -> str: ...
    def told(self, what: str | Exception) -> str: ...


class English:
    """The language that everything is written in."""

    language = "en"

    def say(self, text: str, /, **values: object) -> str:
        return text.format_map(values) if values else text

    def told(self, what: str | Exception) -> str:
        return str(what)


ReaderOf = Callable[[Request], Words]


def english(request: Request) -> Words:
    """Whoever it is, in English."""
    return English()
