"""Pages that show alike are sent the very same message; all others are sent one of their own."""

from collections.abc import Callable
from typing import Any

from tests.stepped_loop import stepped
from tests.ui.watched_run import (
    OWNER,
    READER,
    RunPage,
    open_visible_page,
    settle,
    watching,
)

BERLIN = "stillwatch_zone=Europe/Berlin"
NEW_YORK = "stillwatch_zone=America/New_York"
GERMAN = f"{BERLIN}; stillwatch_language=de"


def parcels(page: RunPage) -> list[Any]:
    """What waits in the page's socket, as the very objects that are put there."""
    assert page.wire.socket is not None
    waiting = list(page.wire.socket.queue._queue)  # type: ignore[attr-defined]
    return [parcel for parcel in waiting if parcel.encode().startswith('42["shown"')]


@stepped
async def test_two_pages_alike_get_one_letter_and_those_that_read_otherwise_their_own() -> None:
    async with watching(age=3600) as (user, watched):
        kinds = [(OWNER, BERLIN), (OWNER, BERLIN), (OWNER, GERMAN), (OWNER, NEW_YORK)]
        kinds.append((READER, BERLIN))
        pages = [
            await open_visible_page(user, watched, session_id=n, grants=grants, cookies=cookies)
            for n, (grants, cookies) in enumerate(kinds, start=1)
        ]

        # From what each was built with the ways differ; from the first scene they share, no more.
        await told_of(pages, watched.change)
        stood = [page.stage._shown for page in pages]
        letters, told = await told_of(pages, watched.change)

        assert letters[0] is letters[1]
        assert len({id(letter) for letter in letters}) == 4
        assert len({one["to"] for one in told}) == 4
        assert [one["from"] for one in told] == [scene and scene.number for scene in stood]

        letters, told = await told_of(pages, watched.finish)

        # Now that nobody can do anything about it the reader shares the owner's scene, too.
        assert len({one["to"] for one in told}) == 3
        english, _, german, new_york, reader = pages
        assert words(english) == words(reader)
        assert words(german)[0] == "Erfolgreich"
        assert words(new_york)[0] == words(english)[0]
        assert words(new_york)[1] != words(english)[1]  # its clock is six hours behind


async def told_of(pages: list[RunPage], deed: Callable[[], None]) -> tuple[list[Any], list[Any]]:
    """The one letter that each page gets of a deed, as the object and as what it says."""
    deed()
    pages[0].live.nudge(own_action=True)
    await settle()
    letters = [parcels(page) for page in pages]
    told = [page.shown_to() for page in pages]
    assert {len(one) for one in (*letters, *told)} == {1}
    return [letter for (letter,) in letters], [one for (one,) in told]


@stepped
async def test_what_one_may_do_is_never_offered_to_another_who_shares_the_scene() -> None:
    async with watching(age=3600) as (user, watched):
        owner = await open_visible_page(user, watched)
        reader = await open_visible_page(user, watched, session_id=2, grants=READER)

        for deed in (watched.change, watched.change):
            deed()
            owner.live.nudge(own_action=True)
            await settle()

            assert actions(owner)["cancel"] is True
            assert actions(reader)["cancel"] is False
            (told,) = reader.shown_to()
            assert "cancel" not in str(told["parts"].get("actions", {}))


def words(page: RunPage) -> tuple[str, str]:
    views = page.held
    summary, badge = (views[page.by_part[name]] for name in ("summary", "badge"))
    return summary["status"]["word"], badge["text"]


def actions(page: RunPage) -> Any:
    return page.held[page.by_part["actions"]]
