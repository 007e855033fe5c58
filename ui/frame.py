"""The frame around every page: where one is, where one can go, who is signed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from html import escape

from nicegui import ui

from ui.components.shell import Shell


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """A heading of the navigation and its entries, as plain (key, label, address, icon)."""

    label: str
    places: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class FrameViewer:
    """The signed-in person as the frame shows them; `workspaces` are (slug, name).

    `languages` are those that are not spoken at the moment, as (code, name).
    """

    name: str
    email: str
    workspace_name: str
    workspaces: tuple[tuple[str, str], ...]
    sign_out_csrf: str
    groups: tuple[PlaceGroup, ...]
    languages: tuple[tuple[str, str], ...]
    words: dict[str, str]
    unread: str = ""
    bell: str = ""


@contextmanager
def frame(
    viewer: FrameViewer, active: str, title: str, open_help: Callable[[], None]
) -> Iterator[Shell]:
    """Build a page's content inside the frame; `active` names its place in the navigation."""
    _leave_the_landmark_to_us()
    shell = Shell({**asdict(viewer), "active": active}, open_help)
    with ui.element("main").classes("page").props('id="content" tabindex="-1"'):
        ui.html(escape(title), tag="h1").classes("page-title")
        yield shell


def _leave_the_landmark_to_us() -> None:
    # The framework's page is a `main` around everything, the navigation included.
    around = ui.context.client.content.parent_slot
    if around is not None:
        around.parent.tag = "div"
