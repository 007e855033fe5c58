"""The menu of the lists that are kept under a name."""

from collections.abc import Sequence
from typing import TypedDict

from services.run_filters import RunFilter
from services.saved_views import ViewRef
from ui.presenters.locale import Locale
from ui.presenters.run_chips import list_address
from ui.presenters.words import clipped

LONGEST_SHOWN = 60


class ViewAct(TypedDict):
    """A button of a view; its label names the view too."""

    key: str
    icon: str
    label: str
    testid: str


class SavedView(TypedDict):
    """A view as a link; `note` says whose it is, or that others see it."""

    id: int
    name: str
    note: str
    href: str
    on: bool
    acts: list[ViewAct]


class SavedViewsView(TypedDict):
    words: dict[str, str]
    views: list[SavedView]


def saved_views(views: Sequence[ViewRef], wanted: RunFilter, locale: Locale) -> SavedViewsView:
    """The menu on the page that shows what is `wanted`."""
    return {
        "words": {
            "views": locale.say("Views"),
            "none": locale.say("No views yet. A view keeps these filters under a name."),
            "save": locale.say("Save this view"),
        },
        "views": [_view(view, wanted, locale) for view in views],
    }


def _view(view: ViewRef, wanted: RunFilter, locale: Locale) -> SavedView:
    return {
        "id": view.id,
        "name": clipped(view.name, LONGEST_SHOWN),
        "note": _note(view, locale),
        "href": list_address(view.wanted),
        "on": view.wanted == wanted,
        "acts": _acts(view, locale),
    }


def _note(view: ViewRef, locale: Locale) -> str:
    if not view.is_own:
        return locale.say("Shared by {owner}", owner=clipped(view.owner_name, LONGEST_SHOWN))
    return locale.say("Shared with the workspace") if view.is_shared else ""


def _acts(view: ViewRef, locale: Locale) -> list[ViewAct]:
    name = clipped(view.name, LONGEST_SHOWN)
    acts: list[ViewAct] = []
    if view.may_share and view.is_shared:
        label = locale.say("Stop sharing “{name}”", name=name)
        acts.append({"key": "unshare", "icon": "group_off", "label": label, "testid": "share-view"})
    elif view.may_share:
        label = locale.say("Share “{name}” with the workspace", name=name)
        acts.append({"key": "share", "icon": "group_add", "label": label, "testid": "share-view"})
    if view.may_delete:
        label = locale.say("Delete “{name}”", name=name)
        acts.append({"key": "delete", "icon": "delete", "label": label, "testid": "delete-view"})
    return acts
