"""Every word that is said has its place in every catalogue, and nothing else has."""

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from scripts import messages

CATALOGUES = sorted(messages.CATALOGUES.glob("*.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def entries(catalogue: Catalog) -> dict[object, Message]:
    return {message.id: message for message in catalogue if message.id}


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_a_language_beside_english() -> None:
    assert [path.stem for path in CATALOGUES] == ["de"]


def test_whatever_is_said_is_a_literal_that_can_be_found() -> None:
    lost = [f"{found.path}:{found.line}" for found in messages.find() if found.text is None]

    assert lost == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_word_is_translated_and_none_is_left_over(path: Path) -> None:
    """After new words: `make messages`, then translate what it names."""
    catalogue, said = entries(read(path)), entries(messages.template())

    assert set(said) - set(catalogue) == set()
    assert set(catalogue) - set(said) == set()
    assert [text for text, entry in catalogue.items() if not messages.is_translated(entry)] == []
    assert [text for text, entry in catalogue.items() if entry.fuzzy] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_fills_in_the_same_values(path: Path) -> None:
    for text, entry in entries(read(path)).items():
        wanted = set().union(*(names(form) for form in forms(text)))
        for form in forms(entry.string):
            assert names(form) == wanted, text
