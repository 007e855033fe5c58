"""The frame around every page: where one is, where one can go, who is signed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypedDict

from nicegui import ui

from ui.components.page_main import PageMain
from ui.components.shell import Shell
from ui.presenters.notifications import BellView


class PlaceGroup(TypedDict):
    """A heading of the navigation and its entries, as plain (key, label, address, icon)."""

    label: str
    places: list[tuple[str, str, str, str]]


class FrameView(BellView):
    """The signed-in person as the frame shows them; `workspaces` are (slug, name).

    `languages` are those that are not spoken at the moment, as (code, name); `letters` is where
    each of them takes one after `g`.
    """

    name: str
    email: str
    workspace_name: str
    workspaces: list[tuple[str, str]]
    sign_out_csrf: str
    groups: list[PlaceGroup]
    letters: dict[str, str]
    languages: tuple[tuple[str, str], ...]
    words: dict[str, str]
    active: str


@contextmanager
def frame(
    view: FrameView, title: str, open_help: Callable[[], None], refresh: Callable[[], None]
) -> Iterator[Shell]:
    """Build a page's content inside the frame."""
    _leave_the_landmark_to_us()
    shell = Shell(view, open_help, refresh)
    with PageMain(title):
        yield shell


def _leave_the_landmark_to_us() -> None:
    # The framework's page is a `main` around everything, the navigation included.
    around = ui.context.client.content.parent_slot
    if around is not None:
        around.parent.tag = "div"
