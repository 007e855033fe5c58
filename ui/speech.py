"""A page in its reader's language, the framework's own parts included."""

import copy
import json
from functools import cache

from nicegui import Client, ui

from ui.presenters.locale import SOURCE_LANGUAGE, Locale
from ui.presenters.part_words import clock_words

# As the framework names its language packs.
_PACKS = {SOURCE_LANGUAGE: "en-US"}


def speak(client: Client, locale: Locale) -> None:
    """Give the page the language of its reader, and its times the words to count on with."""
    # The framework keeps the language with the address, which all of its readers share.
    client.page = copy.copy(client.page)
    client.page.language = _PACKS.get(locale.language, locale.language)  # type: ignore[assignment]
    with client:
        ui.add_head_html(_words(locale))


@cache
def _words(locale: Locale) -> str:
    words = json.dumps(clock_words(locale), ensure_ascii=True).replace("<", "\\u003c")
    return f'<script type="application/json" id="stillwatch-words">{words}</script>'
