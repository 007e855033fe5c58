from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packs.storage.checksums import FileFacts, stored_facts
from services.packs.storage.disk import (
    PackMissingError,
    StorageError,
    require_stored_path,
    stored_path,
    token_of,
)

TOKEN = "0123456789abcdef"
WORDS = st.sampled_from(["..", ".", "", "a", "/", "\\", "\0", ".zip", f".{TOKEN}.zip", "~", "%2e"])


@given(st.text() | st.lists(WORDS).map("/".join) | st.lists(WORDS).map("".join))
def test_no_accepted_path_leaves_its_folder(path: str) -> None:
    try:
        require_stored_path(path)
    except PackMissingError:
        return

    assert not Path(path).is_absolute()
    assert Path("/disk").joinpath(path).resolve().is_relative_to("/disk")
    assert not {"", ".", ".."} & set(path.split("/"))


def test_a_path_tells_its_token() -> None:
    path = stored_path(TOKEN, "contoso/review-pack-7")

    assert require_stored_path(path) == path
    assert token_of(path) == TOKEN
    assert token_of("contoso/notes.txt") is None


@pytest.mark.parametrize(
    ("token", "name"),
    [("../../etc", "a"), (TOKEN, "../a"), (TOKEN, "/a"), (TOKEN, ""), ("", "a"), (TOKEN, "a\n")],
)
def test_no_path_is_made_of_strange_names(token: str, name: str) -> None:
    with pytest.raises(StorageError):
        stored_path(token, name)


@pytest.mark.parametrize(
    ("size", "sha256", "index"),
    [
        (None, "a", {"size": 4, "sha256": []}),
        (8, None, {"size": 4, "sha256": ["a", "b"]}),
        (8, "a", None),
        (8, "a", {"size": 0, "sha256": []}),
        (8, "a", {"size": "4", "sha256": ["a", "b"]}),
        (8, "a", {"size": 4, "sha256": ["a"]}),
        (8, "a", {"size": 4, "sha256": "ab"}),
    ],
)
def test_facts_that_do_not_add_up_are_none(
    size: int | None, sha256: str | None, index: object
) -> None:
    assert stored_facts(size, sha256, index) is None


def test_facts_survive_being_stored() -> None:
    facts = FileFacts(9, "a", 4, ("a", "b", "c"))

    assert stored_facts(9, "a", facts.as_json()) == facts
