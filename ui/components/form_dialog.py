"""A dialog with fields: it stays open, with all that was filled in, until it can be done."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from services.admin_terms import AdministrationError, ChangedMeanwhileError
from ui.components.confirm_dialog import ConfirmDialog
from ui.page import Page

_FIELD = "outlined dense hide-bottom-space stack-label"


class FormDialog:
    """`submit` does it; what it refuses with an `AdministrationError` is said beside the fields."""

    def __init__(
        self, page: Page, title: str, confirm: str, submit: Callable[[], Awaitable[Any]]
    ) -> None:
        self._locale = page.session.locale
        self._submit = submit
        self._dialog = ConfirmDialog(page.browser, title, confirm, self._try)
        self._dialog.label_dismiss(self._locale.say("Dismiss"))

    def open(self) -> None:
        self._dialog.open()

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Put the fields into the dialog."""
        with self._dialog.filling(), ui.column().classes("form"):
            yield
            self._message = ui.label().classes("form-error").props('role="alert"')
            self._message.mark("form-error")
            self._message.set_visibility(False)

    def text(self, label: str, mark: str, *, value: str = "", hint: str = "") -> ui.input:
        """A field of one line; Enter submits."""
        field = ui.input(label, value=value).props(f'{_FIELD} autocomplete="off" maxlength="320"')
        field.props(f'data-testid="{mark}"').classes("wide").mark(mark)
        if hint:
            field.props["hint"] = hint
        field.on("keydown.enter", self._dialog.confirm)
        return field

    def choice(self, label: str, mark: str, options: Mapping[Any, str], value: Any) -> ui.select:
        """A field in which one of `options` is chosen."""
        field = ui.select(dict(options), label=label, value=value)
        return field.props(f'{_FIELD} data-testid="{mark}"').classes("wide").mark(mark)

    async def _try(self) -> bool:
        try:
            await self._submit()
        except ChangedMeanwhileError:
            raise  # there is nothing to mend in the fields
        except AdministrationError as refusal:
            self._message.text = self._locale.told(refusal)
            self._message.set_visibility(True)
            return False
        return True
