"""A list of runs that is refreshed in place; newer runs are announced, never pushed in."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from models import BulkAction
from policy.access import Action
from policy.decision import Reason
from services.runs import RunListSnapshot, RunPage, RunSnapshot, RunWindow
from ui.components.bulk_dialog import open_bulk_dialog
from ui.components.refresh_badge import RefreshBadge
from ui.components.run_table import RunTable
from ui.components.stale_notice import StaleNotice
from ui.live import Live
from ui.page import Page, nothing_here
from ui.presenters import run as presenter
from ui.presenters.announcements import list_change
from ui.presenters.bulk import bulk_words
from ui.presenters.part_words import badge_words, table_words
from ui.run_deeds import bulk_deeds
from ui.scene import Scene
from ui.stage import Stage
from ui.surfaces import RunListSurface


class RunListPanel:
    """One page of runs with its badge; `show_newest` is called when the person asks for the new."""

    def __init__(
        self,
        page: Page,
        shown: RunPage,
        window: RunWindow,
        empty_text: str,
        show_newest: Callable[[], None],
        build_actions: Callable[[], None] = lambda: None,
    ) -> None:
        self._page = page
        self._locale = locale = page.session.locale
        with ui.element("div").classes("page-head"):
            build_actions()
            badge = RefreshBadge("run_list", badge_words(locale))
        with ui.element("div").classes("panel-host") as self._host:
            notice = StaleNotice(page.announce)
            self._new = (
                ui.button(on_click=show_newest, color=None)
                .props('flat no-caps data-testid="new-runs"')
                .classes("soft new-runs")
                .mark("new-runs")
            )
            self._new.set_visibility(False)
            may_select = page.viewer.may_in(window.scope.workspace_id, Action.CANCEL_OR_RETRY)
            words = {**table_words(locale), **bulk_words(locale)}
            self._table = RunTable(empty_text, words, self._ask if may_select else None)
        first = RunListSnapshot(shown.now, shown.runs, 0)
        self._ids = window.run_ids
        self._workspace_id = window.scope.workspace_id
        self._rows = {run.id: self._row(run) for run in shown.runs}
        self._shown = first
        self._stage = Stage(page.client, "run_list", {"table": self._table}, badge, notice, locale)
        self._show(first)
        surface = RunListSurface(
            page.console, page.session, window, self._stage, self._show, self._clear
        )
        self.live = Live(surface, page.browser, page.console.clock, first)
        page.session.on_end(lambda: self.live.end(Reason.UNAUTHORISED))

    def _show(self, snapshot: RunListSnapshot) -> None:
        self._page.announce(list_change(self._shown, snapshot, self._locale))
        self._shown = snapshot
        now_there = {run.id: self._row(run) for run in snapshot.runs}
        for run_id in self._ids:
            # A row that is gone keeps its place: nothing moves under the pointer.
            self._rows[run_id] = now_there.get(run_id) or {**self._rows[run_id], "gone": True}
        self._stage.take(Scene({"table": [self._rows[run_id] for run_id in self._ids]}))
        self._new.set_text(presenter.new_runs(snapshot, self._locale))
        self._new.set_visibility(snapshot.new_runs > 0 or snapshot.may_be_more)

    def _row(self, run: RunSnapshot) -> dict[str, Any]:
        # Lists overlap: who may do the same with a run reads the same row of it.
        key = self._locale, self._page.session.viewer.grants
        return run.once(
            key, lambda: {**presenter.run_row(run, self._locale), "can": self._deeds(run)}
        )

    def _deeds(self, run: RunSnapshot) -> list[BulkAction]:
        return bulk_deeds(run, self._page.session.viewer, self._page.console.offers)

    def _ask(self, action: BulkAction, run_ids: frozenset[int]) -> None:
        if self._page.browser.is_dialog_open:
            return
        runs = [run for run in self._shown.runs if run.id in run_ids and action in self._deeds(run)]
        if runs:
            left = len(run_ids) - len(runs)
            open_bulk_dialog(self._page, self._workspace_id, action, runs, left)

    def _clear(self) -> None:
        self._page.announce(self._locale.say("There is nothing here."))
        self._host.clear()
        with self._host:
            nothing_here(self._locale)
