"""Every dialog that acts: it asks once, acts once, and refreshes once."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from nicegui import ui

from policy.lifecycle import IllegalTransitionError
from services.admin_terms import AdministrationError
from services.operations import BusyElsewhereError, NotAllowedError
from services.review_packs import TenantNotFoundError
from services.run_terms import RunMovedError, RunNotFoundError
from ui.browser import Browser, Dialog

_REFUSALS = (
    AdministrationError,
    BusyElsewhereError,
    RunMovedError,
    RunNotFoundError,
    TenantNotFoundError,
    NotAllowedError,
    IllegalTransitionError,
)
_log = logging.getLogger("stillwatch.ui")


class ConfirmDialog:
    """A question with two answers, built each time it is asked and gone once answered.

    It stays open until the deed is done, so that the page is refreshed once, by its closing; and
    longer when `act` returns False, because another answer is needed.
    """

    def __init__(
        self,
        browser: Browser,
        title: str,
        confirm: str,
        act: Callable[[], Awaitable[Any]],
        *,
        is_destructive: bool = False,
    ) -> None:
        self._act = act
        self._locale = browser.locale
        self._is_acting = False
        keep = self._locale.say("Keep as it is")
        self._dialog = Dialog(browser, title)
        # Only once it is hidden: that is when the browser puts the cursor back where it was.
        self._dialog.on("hide", self._dialog.delete, args=[])
        with (
            self._dialog,
            ui.card().classes("dialog").props('data-testid="confirm-dialog"') as card,
        ):
            card.mark("confirm-dialog")
            self._dialog.build_title()
            self.body = ui.column().classes("dialog-body")
            with ui.row().classes("dialog-actions"):
                self._dismiss = (
                    ui.button(keep, on_click=self._dialog.close, color=None)
                    .props('flat no-caps data-testid="dismiss"')
                    .mark("dismiss")
                )
                self._confirm = (
                    ui.button(confirm, on_click=self.confirm, color=None)
                    .props('unelevated no-caps data-testid="confirm"')
                    .classes("main danger" if is_destructive else "main")
                    .mark("confirm")
                )

    def open(self) -> None:
        self._dialog.open()

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Put what the question is about into the dialog."""
        with self.body:
            yield

    def label_dismiss(self, text: str) -> None:
        self._dismiss.set_text(text)

    async def confirm(self) -> None:
        """Do it, as the button does."""
        if self._is_acting:
            return  # the second click of a double click
        self._is_acting = True
        self._confirm.props("loading")
        try:
            if await self._act() is False:
                self._is_acting = False
                self._confirm.props(remove="loading")
                return
        except _REFUSALS as refusal:
            self._tell(self._locale.told(refusal), "warning")
        except Exception:
            _log.exception("an action failed")
            words = self._locale.say("That did not work. Nothing was changed; please try again.")
            self._tell(words, "negative")
        if not self._dialog.is_deleted:
            self._dialog.close()

    def _tell(self, words: str, kind: Literal["warning", "negative"]) -> None:
        # Where the sign-in has ended meanwhile, all of the page is gone and says so itself.
        if not self._dialog.is_deleted:
            ui.notify(words, type=kind)
