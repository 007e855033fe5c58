"""The lists that are kept under a name: gone to, kept, shared and deleted."""

from collections.abc import Callable, Sequence
from functools import partial

from nicegui import ui

from policy.access import Action
from services import saved_views
from services.run_filters import RunFilter
from services.saved_views import ViewRef
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.form_dialog import FormDialog
from ui.page import Page
from ui.presenters.run_chips import LIST, list_address
from ui.presenters.words import clipped

_LONGEST_SHOWN = 60


class SavedViews:
    """A menu of `views` on the page that shows `wanted`; a deed leads to the page anew."""

    def __init__(
        self, page: Page, workspace_id: int, views: Sequence[ViewRef], wanted: RunFilter
    ) -> None:
        self._page, self._workspace_id, self._wanted = page, workspace_id, wanted
        self._say = page.session.locale.say
        with ui.button(self._say("Views"), color=None) as button:
            button.props('flat no-caps aria-haspopup="menu" data-testid="views"')
            button.classes("soft").mark("views")
            with ui.menu().props('data-testid="views-menu"'):
                for view in views:
                    self._build(view)
                ui.separator()
                save = ui.menu_item(self._say("Save this list"), self._ask_to_save)
                save.props('data-testid="save-view"').mark("save-view")

    def _build(self, view: ViewRef) -> None:
        name = clipped(view.name, _LONGEST_SHOWN)
        if not view.is_own:
            name = self._say("{name}, of {owner}", name=name, owner=clipped(view.owner_name, 40))
        target = f"{LIST}?{view.query}" if view.query else LIST
        item = ui.menu_item(name, partial(ui.navigate.to, target))
        item.props('data-testid="view"').mark(f"view-{view.id}")
        may = self._page.viewer.may
        if view.is_own and (view.is_shared or may(Action.START)):
            self._item(
                self._say("Share “{name}” no longer", name=name)
                if view.is_shared
                else self._say("Share “{name}”", name=name),
                partial(self._share, view),
                "share-view",
                view,
            )
        if view.is_own or may(Action.ADMINISTER):
            self._item(
                self._say("Delete “{name}”", name=name),
                partial(self._ask_to_delete, view),
                "delete-view",
                view,
            )

    def _item(self, text: str, act: Callable[[], None], testid: str, view: ViewRef) -> None:
        item = ui.menu_item(text, act).classes("menu-deed")
        item.props(f'data-testid="{testid}"').mark(f"{testid}-{view.id}")

    def _ask_to_save(self) -> None:
        async def save() -> None:
            viewer = await self._page.session.act()
            await self._page.console.database.write(
                lambda session: saved_views.save_view(
                    session, viewer, self._workspace_id, str(name.value or ""), self._wanted
                )
            )
            self._again()

        say = self._say
        dialog = FormDialog(self._page, say("Save this list"), say("Save"), save)
        with dialog.filling():
            name = dialog.text(say("Name"), "view-name")
        dialog.open()

    def _share(self, view: ViewRef) -> None:
        async def share() -> None:
            viewer = await self._page.session.act()
            await self._page.console.database.write(
                lambda session: saved_views.share_view(
                    session, viewer, view.id, is_shared=not view.is_shared
                )
            )
            self._again()

        say = self._say
        title = say("Share this view no longer?") if view.is_shared else say("Share this view?")
        answer = say("Share no longer") if view.is_shared else say("Share")
        text = say("Everybody in the workspace sees its name and what it looks for.")
        self._ask(ConfirmDialog(self._page.browser, title, answer, share), view, text)

    def _ask_to_delete(self, view: ViewRef) -> None:
        async def delete() -> None:
            viewer = await self._page.session.act()
            await self._page.console.database.write(
                lambda session: saved_views.delete_view(session, viewer, view.id)
            )
            self._again()

        say = self._say
        dialog = ConfirmDialog(
            self._page.browser, say("Delete this view?"), say("Delete"), delete, is_destructive=True
        )
        self._ask(dialog, view, say("The operations in it stay as they are."))

    def _ask(self, dialog: ConfirmDialog, view: ViewRef, text: str) -> None:
        with dialog.filling():
            ui.label(clipped(view.name, _LONGEST_SHOWN)).classes("dialog-kind")
            ui.label(text)
        dialog.open()

    def _again(self) -> None:
        ui.navigate.to(list_address(self._wanted))
