"""The page of one run: what it is doing, how it got there, what went wrong, what belongs to it."""

from collections.abc import Callable
from html import escape

from fastapi import Request
from nicegui import Client, ui
from nicegui.events import ValueChangeEventArguments
from sqlalchemy.orm import Session

from policy.decision import Reason
from services import runs
from services.notifications import watching
from services.operations import NotAllowedError, OperationOffer, Operations
from services.run_terms import Requested, RunNotFoundError
from services.runs import RelatedRun, RunSnapshot
from ui.bulk_reading import BulkReading
from ui.components.bulk_results import BulkResults
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.refresh_badge import RefreshBadge
from ui.components.run_failures import RunFailures
from ui.components.run_summary import RunSummary
from ui.components.run_timeline import RunTimeline
from ui.components.stale_notice import StaleNotice
from ui.components.tell_me import tell_me_box
from ui.console import Console
from ui.live import Live
from ui.page import Page, begin, not_found, nothing_here, read_id
from ui.presenters import run as presenter
from ui.presenters.announcements import run_change
from ui.presenters.bulk import bulk_view
from ui.presenters.estimate import run_estimate
from ui.presenters.locale import Locale
from ui.presenters.part_words import (
    badge_words,
    failure_words,
    summary_words,
    timeline_words,
)
from ui.presenters.timeline import run_timeline
from ui.presenters.words import clipped
from ui.run_deeds import can_cancel, can_retry
from ui.run_history import RunHistory
from ui.surfaces import RunDetailSurface, scope_for

Related = tuple[RelatedRun, ...]


def register(console: Console) -> None:
    """Serve /operations/{run_id}."""

    @ui.page("/operations/{run_id}")
    async def run_detail(run_id: str, request: Request, client: Client) -> None:
        page = begin(console, request, client)
        number = read_id(run_id)
        found = await _find(page, number) if number is not None else None
        if found is None:
            not_found(page)
            return
        run, related, is_watching = found
        history = RunHistory(console, page.session, run)
        client.on_delete(history.close)
        bulk = BulkReading(console)
        run = await bulk.beside(await history.beside(run))
        with page.framed("operations", page.session.locale.say("Run {id}", id=run.id)):
            RunPanel(page, run, related, history, bulk, is_watching=is_watching)


async def _find(page: Page, run_id: int) -> tuple[RunSnapshot, Related, bool] | None:
    def look(session: Session) -> tuple[RunSnapshot, Related, bool] | None:
        run = runs.find_run(session, run_id)
        scope = None if run is None else scope_for(page.viewer, run)
        if run is None or scope is None or not runs.is_visible(scope, run):
            return None
        is_watching = watching.is_watching(session, page.viewer.user_id, run_id)
        return run, runs.find_related(session, run, scope), is_watching

    return await page.console.database.read(look)


class RunPanel:
    """The parts of a run's page, built once and updated in place."""

    def __init__(
        self,
        page: Page,
        run: RunSnapshot,
        related: Related,
        history: RunHistory,
        bulk: BulkReading,
        *,
        is_watching: bool,
    ) -> None:
        self._page = page
        self._locale = locale = page.session.locale
        self._shown: RunSnapshot | None = None
        with ui.element("div").classes("page-head"):
            ui.link(locale.say("Operations"), "/operations").classes("crumb")
            badge = RefreshBadge("run_detail", badge_words(locale))
        with ui.element("div").classes("panel-host") as self._host:
            notice = StaleNotice(page.announce)
            self._summary = RunSummary(summary_words(locale))
            with ui.element("div").classes("actions"):
                self._cancel = _action(locale.say("Cancel run"), "run-cancel", self._ask_to_cancel)
                self._retry = _action(locale.say("Start again"), "run-retry", self._ask_to_retry)
                self._tell_me = tell_me_box(locale, value=is_watching, heard=self._hear_wish)
            self._failures = RunFailures(failure_words(locale))
            self._results = BulkResults()
            self._timeline = RunTimeline(timeline_words(locale))
            _build_context(run, page.console.offers.get(run.type), locale)
            _build_related(related, locale)
        self._show(run)
        surface = RunDetailSurface(
            page.console, page.session, run, history, bulk, badge, notice, self._show, self._clear
        )
        self._live = Live(surface, page.browser, page.console.clock, run)
        page.session.on_end(lambda: self._live.end(Reason.UNAUTHORISED))

    def _show(self, run: RunSnapshot) -> None:
        if self._shown is not None:
            self._page.announce(run_change(self._shown, run, self._locale))
        self._shown = run
        estimate = run_estimate(run.estimate, self._locale)
        self._summary.show({**presenter.run_summary(run, self._locale), "estimate": estimate})
        self._failures.show(presenter.run_failures(run, self._locale))
        self._results.show(bulk_view(run, self._locale))
        self._timeline.show(run_timeline(run, self._locale))
        viewer = self._page.session.viewer
        self._cancel.set_visibility(can_cancel(run, viewer))
        self._retry.set_visibility(can_retry(run, viewer, self._page.console.offers))
        self._tell_me.set_visibility(run.ux_status.is_active)

    def _clear(self) -> None:
        self._page.announce(self._locale.say("There is nothing here."))
        self._host.clear()
        with self._host:
            nothing_here(self._locale)

    def _ask_to_cancel(self) -> None:
        run = self._live.shown
        if run is None or self._page.browser.is_dialog_open:
            return

        async def cancel() -> None:
            viewer = await self._page.session.act()
            await self._page.console.database.write(
                lambda session: self._operations(session).cancel(viewer, run.id, run.version)
            )
            self._live.nudge(own_action=True)

        dialog = ConfirmDialog(
            self._page.browser,
            self._locale.say("Cancel run {id}?", id=run.id),
            self._locale.say("Cancel run"),
            cancel,
            is_destructive=True,
        )
        with dialog.filling():
            ui.label(presenter.run_cancellation(run, self._locale))
        dialog.open()

    def _ask_to_retry(self) -> None:
        run = self._live.shown
        if run is None or self._page.browser.is_dialog_open:
            return

        async def retry() -> None:
            viewer = await self._page.session.act()
            requested: Requested = await self._page.console.database.write(
                lambda session: self._operations(session).retry(viewer, run.id, run.version)
            )
            self._live.nudge(own_action=True)
            ui.navigate.to(f"/operations/{requested.run_id}")

        title = self._locale.say("Start {type} again?", type=clipped(run.type, 80))
        again = self._locale.say("Start again")
        dialog = ConfirmDialog(self._page.browser, title, again, retry)
        with dialog.filling():
            ui.label(self._locale.say("A new run does the work of run {id} once more.", id=run.id))
        dialog.open()

    async def _hear_wish(self, wish: ValueChangeEventArguments) -> None:
        run = self._live.shown
        if run is None:
            return
        try:
            viewer = await self._page.session.act()

            def keep(session: Session) -> None:
                if wish.value:
                    watching.watch(session, viewer, run.id, self._locale.language)
                else:
                    watching.unwatch(session, viewer, run.id)

            await self._page.console.database.write(keep)
        except (NotAllowedError, RunNotFoundError):
            self._live.nudge(own_action=True)  # which takes the page away

    def _operations(self, session: Session) -> Operations:
        return Operations(session, self._page.console.enqueue, self._page.console.offers)


def _action(text: str, mark: str, act: Callable[[], None]) -> ui.button:
    button = ui.button(text, on_click=act, color=None).props(
        f'outline no-caps data-testid="{mark}"'
    )
    return button.mark(mark)


def _build_context(run: RunSnapshot, offer: OperationOffer | None, locale: Locale) -> None:
    form = None if offer is None else offer.options
    pairs = presenter.run_context(run, locale, {} if form is None else form.labels)
    if pairs:
        with ui.element("section").classes("card"):
            _text("h2", locale.say("Context")).classes("card-title")
            with ui.element("dl").classes("facts"):
                for name, value in pairs:
                    _text("dt", name)
                    _text("dd", value)


def _build_related(related: Related, locale: Locale) -> None:
    links = presenter.run_related(related, locale)
    if links:
        with ui.element("section").classes("card"):
            _text("h2", locale.say("Related runs")).classes("card-title")
            for link in links:
                ui.link(link["text"], link["href"]).props["title"] = link["utc"]


def _text(tag: str, text: str) -> ui.html:
    return ui.html(escape(text), tag=tag)
