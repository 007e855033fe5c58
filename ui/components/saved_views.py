"""The lists that are kept under a name: gone to, kept, shared and deleted."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from services import saved_views
from services.run_filters import RunFilter
from services.saved_views import ViewRef
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.form_dialog import FormDialog
from ui.components.viewed import Viewed
from ui.page import Page
from ui.presenters import saved_views as presenter
from ui.presenters.run_chips import list_address
from ui.presenters.words import clipped


class SavedViews(Viewed, component="saved_views.js"):
    """A menu of `views` on the page that shows `wanted`; a deed leads to that page anew."""

    def __init__(
        self, page: Page, workspace_id: int, views: Sequence[ViewRef], wanted: RunFilter
    ) -> None:
        super().__init__(presenter.saved_views(views, wanted, page.session.locale))
        self._page, self._workspace_id, self._wanted = page, workspace_id, wanted
        self._views = {view.id: view for view in views}
        self._say = page.session.locale.say
        self.mark("views-menu")
        self.on("act", self._hear)
        self.on("save", self._ask_to_save, args=[])

    def _hear(self, event: GenericEventArguments) -> None:
        # A browser may send anything; only what the menu offers is asked about.
        offered = [[one["id"], act["key"]] for one in self.view["views"] for act in one["acts"]]
        if event.args not in offered:
            return
        number, key = event.args
        ask = {"share": self._ask_to_share, "unshare": self._ask_to_unshare}
        ask.get(key, self._ask_to_delete)(self._views[number])

    def _ask_to_save(self) -> None:
        async def save() -> None:
            await self._do(saved_views.save_view, str(name.value or ""), self._wanted)

        say = self._say
        dialog = FormDialog(self._page, say("Save this view"), say("Save"), save)
        with dialog.filling():
            hint = say("It keeps the filters and the order, not the runs that are found by now.")
            name = dialog.text(say("Name"), "view-name", hint=hint)
        dialog.open()

    def _ask_to_share(self, view: ViewRef) -> None:
        async def share() -> None:
            await self._do(saved_views.share_view, view.id, is_shared=True)

        say = self._say
        dialog = self._dialog(say("Share this view?"), say("Share"), share)
        text = say("Everybody in the workspace sees its name and filters. Nobody sees more runs.")
        self._ask(dialog, view, text)

    def _ask_to_unshare(self, view: ViewRef) -> None:
        async def unshare() -> None:
            await self._do(saved_views.share_view, view.id, is_shared=False)

        say = self._say
        dialog = self._dialog(say("Stop sharing this view?"), say("Stop sharing"), unshare)
        self._ask(dialog, view, say("It stays yours; nobody else is offered it any more."))

    def _ask_to_delete(self, view: ViewRef) -> None:
        async def delete() -> None:
            await self._do(saved_views.delete_view, view.id)

        say = self._say
        title = say("Delete this view?")
        dialog = self._dialog(title, say("Delete"), delete, is_destructive=True)
        text = say("Only the view is deleted; the runs stay as they are.")
        if view.is_shared:
            text = say("It is gone for everybody in the workspace. The runs stay as they are.")
        self._ask(dialog, view, text)

    def _dialog(
        self, title: str, confirm: str, act: Callable[[], Any], *, is_destructive: bool = False
    ) -> ConfirmDialog:
        browser = self._page.browser
        return ConfirmDialog(browser, title, confirm, act, is_destructive=is_destructive)

    def _ask(self, dialog: ConfirmDialog, view: ViewRef, text: str) -> None:
        with dialog.filling():
            ui.label(clipped(view.name, presenter.LONGEST_SHOWN)).classes("dialog-kind")
            ui.label(text)
        dialog.open()

    async def _do(self, deed: Callable[..., Any], *terms: Any, **more: Any) -> None:
        viewer = await self._page.session.act()
        await self._page.console.database.write(
            lambda session: deed(session, viewer, self._workspace_id, *terms, **more)
        )
        ui.navigate.to(list_address(self._wanted))
