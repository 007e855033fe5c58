"""How long a workspace keeps what is over, and the dialog in which an owner changes it."""

from collections.abc import Callable
from functools import partial

from nicegui import ui

from services import retention
from services.retention import Retention
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.option_fields import focus_first
from ui.page import Page
from ui.presenters.retention import read_days, retention_form, retention_view

_FIELD = "outlined dense hide-bottom-space stack-label inputmode=numeric maxlength=6"


class RetentionSection:
    """For the page of a workspace that its owner administers; `kept` is what is stored, as
    `find_shown_retention` reads it.

    It asks for nothing by itself; rights are looked at again in the transaction of the change.
    """

    def __init__(self, page: Page, workspace_id: int, kept: Retention | None) -> None:
        self._page = page
        self._workspace_id = workspace_id
        self._locale = page.session.locale
        self._kept = kept
        view = retention_view(kept, self._locale)
        with ui.element("section").classes("card retention").props('data-testid="retention"'):
            ui.html(view["title"], tag="h2").classes("card-title")
            self._runs = ui.label(view["runs"]).mark("retention-runs")
            self._audit = ui.label(view["audit"]).mark("retention-audit")
            ui.label(view["note"]).classes("quiet")
            button = ui.button(view["change"], on_click=self._ask, color=None).mark("set-retention")
            button.props('outline no-caps data-testid="set-retention"')

    def _ask(self) -> None:
        if not self._page.browser.is_dialog_open:
            kept = self._kept or Retention()
            RetentionDialog(self._page, self._workspace_id, kept, self._show).open()

    def _show(self, kept: Retention) -> None:
        self._kept = kept
        view = retention_view(kept, self._locale)
        self._runs.text, self._audit.text = view["runs"], view["audit"]


class RetentionDialog:
    """Stays open, with what was typed, until it is a retention."""

    def __init__(
        self, page: Page, workspace_id: int, kept: Retention, done: Callable[[Retention], None]
    ) -> None:
        self._page = page
        self._workspace_id = workspace_id
        self._done = done
        self._words = retention_form(page.session.locale)
        self._dialog = ConfirmDialog(
            page.browser,
            self._words["title"],
            self._words["confirm"],
            self._change,
            is_destructive=True,
        )
        with self._dialog.filling(), ui.column().classes("form"):
            self._runs = self._field("runs", kept.runs_days)
            self._audit = self._field("audit", kept.audit_days)

    def open(self) -> None:
        self._dialog.open()

    def _field(self, name: str, days: int | None) -> ui.input:
        field = ui.input(self._words[name], value="" if days is None else str(days))
        field.props(f'{_FIELD} data-testid="retention-{name}-days"').mark(f"retention-{name}-days")
        field.props["hint"] = self._words["hint"]
        return field.classes("wide").on("keydown.enter", self._dialog.confirm)

    async def _change(self) -> bool:
        read = {
            field: read_days(field.value, self._page.session.locale)
            for field in (self._runs, self._audit)
        }
        for field, (_days, flaw) in read.items():
            field.error = flaw or None
        if any(flaw for _, flaw in read.values()):
            focus_first([field for field, (_, flaw) in read.items() if flaw])
            return False
        await self._store(Retention(read[self._runs][0], read[self._audit][0]))
        return True

    async def _store(self, wanted: Retention) -> None:
        viewer = await self._page.session.act()
        await self._page.console.database.write(
            partial(
                retention.change_retention,
                viewer=viewer,
                workspace_id=self._workspace_id,
                retention=wanted,
            )
        )
        self._done(wanted)
