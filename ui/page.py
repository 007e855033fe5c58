"""What all pages begin with: the person, the frame around the page, and a decent 404."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial

from fastapi import Request
from nicegui import Client, ui

from policy.access import Action
from services.auth import Viewer
from ui.bell import Bell
from ui.browser import Browser
from ui.components.announcer import Announcer
from ui.components.shortcut_sheet import open_shortcut_sheet
from ui.console import Console
from ui.frame import FrameView, PlaceGroup, frame
from ui.guard import viewer_of
from ui.page_session import PageSession
from ui.pages.sign_in import sign_out_csrf
from ui.places import PLACES, Place
from ui.presenters.locale import Locale, other_languages
from ui.presenters.notifications import bell
from ui.presenters.part_words import shell_words
from ui.presenters.shortcuts import letters
from ui.speech import speak

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page being built for one person."""

    console: Console
    client: Client
    viewer: Viewer
    session: PageSession
    browser: Browser
    announcer: Announcer

    def announce(self, text: str) -> None:
        """Have a change read out to who cannot see it; an empty text is none."""
        self.announcer.tell(text)

    @contextmanager
    def framed(self, active: str, title: str) -> Iterator[None]:
        """Build the page's content inside the frame."""
        self.client.title = f"{title} · Stillwatch"
        speak(self.client, self.session.locale)
        places = places_for(self.viewer)
        view = _frame_view(self, places, active)
        sheet = partial(open_shortcut_sheet, self.browser, places)
        with frame(view, title, sheet, self.browser.refresh) as shell:
            self.session.on_look(
                Bell(shell, self.viewer.unread, self.session.locale, self.announce)
            )
            yield


def begin(console: Console, request: Request, client: Client) -> Page:
    """The page of whoever the guard let through."""
    viewer = viewer_of(request)
    session = PageSession(console, viewer, request, client)
    return Page(console, client, viewer, session, Browser(client, session.locale), Announcer())


def not_found(page: Page) -> None:
    """The one answer for what does not exist and for what this person may not see."""
    page.client.status_code = 404
    with page.framed("", page.session.locale.say("Not found")):
        nothing_here(page.session.locale)


def nothing_here(locale: Locale) -> None:
    """The words for both, wherever they are needed."""
    with ui.element("section").classes("notice-page").mark("not-found"):
        ui.label(locale.say("There is nothing here.")).classes("notice-title")
        ui.label(locale.say("It does not exist, or it is not yours to see."))
        ui.link(locale.say("Go to Operations"), "/operations")


def read_id(text: str) -> int | None:
    """A record's id out of an address; None for anything that can be none."""
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    number = int(text)
    return number if 0 < number <= _LARGEST_ID else None


def places_for(viewer: Viewer) -> list[Place]:
    """The places that the person is offered, in their order."""
    return [place for place in PLACES if place.action is Action.SEE or viewer.may(place.action)]


def _frame_view(page: Page, places: Sequence[Place], active: str) -> FrameView:
    viewer, locale = page.viewer, page.session.locale
    return {
        "name": viewer.name,
        "email": viewer.email,
        "workspace_name": viewer.workspace.name if viewer.workspace else "",
        "workspaces": [(place.slug, place.name) for place in viewer.workspaces],
        "sign_out_csrf": sign_out_csrf(page.console, viewer.session_id),
        "groups": _groups(tuple(places), locale),
        "letters": letters(places),
        "languages": other_languages(locale.language),
        "words": shell_words(locale),
        "active": active,
        **bell(viewer.unread, locale),
    }


@cache
def _groups(places: tuple[Place, ...], locale: Locale) -> list[PlaceGroup]:
    return [
        {
            "label": locale.told(group),
            "places": [
                (p.key, locale.told(p.label), p.href, p.icon) for p in places if p.group == group
            ],
        }
        for group in dict.fromkeys(place.group for place in places)
    ]
