"""The page of one run: what it is doing, how it got there, what went wrong, what belongs to it."""

from typing import Any, NamedTuple

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from policy.decision import Reason
from policy.estimate import Estimate
from services import runs
from services.notifications import watching
from services.operations import NotAllowedError, Operations
from services.related_runs import RelatedRun, find_related
from services.run_terms import Requested, RunNotFoundError
from services.runs import RunSnapshot
from ui.bulk_reading import BulkReading
from ui.components.bulk_results import BulkResults
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.page_head import PageHead
from ui.components.refresh_badge import RefreshBadge
from ui.components.run_actions import RunActions
from ui.components.run_background import RunBackground
from ui.components.run_failures import RunFailures
from ui.components.run_summary import RunSummary
from ui.components.run_timeline import RunTimeline
from ui.components.stale_notice import StaleNotice
from ui.console import Console
from ui.live import Live
from ui.page import Page, begin, not_found, nothing_here, read_id
from ui.presenters import run as presenter
from ui.presenters.announcements import run_change
from ui.presenters.bulk import bulk_view
from ui.presenters.estimate import run_estimate
from ui.presenters.locale import Locale
from ui.presenters.part_words import (
    action_words,
    background_words,
    badge_words,
    failure_words,
    summary_words,
    timeline_words,
)
from ui.presenters.timeline import run_timeline
from ui.presenters.words import clipped
from ui.run_deeds import can_cancel, can_retry
from ui.run_history import RunHistory
from ui.scene import Scene
from ui.stage import Stage
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
        await history.look_up(run)
        run = await bulk.beside(run)
        with page.framed("operations", page.session.locale.say("Run {id}", id=run.id)):
            RunPanel(page, run, related, history, bulk, is_watching=is_watching)


async def _find(page: Page, run_id: int) -> tuple[RunSnapshot, Related, bool] | None:
    def look(session: Session) -> tuple[RunSnapshot, Related, bool] | None:
        run = runs.find_run(session, run_id)
        scope = None if run is None else scope_for(page.viewer, run)
        if run is None or scope is None or not runs.is_visible(scope, run):
            return None
        # Of what has ended nobody is told any more.
        is_active, user_id = run.ux_status.is_active, page.viewer.user_id
        is_watching = is_active and watching.is_watching(session, user_id, run_id)
        return run, find_related(session, run, scope), is_watching

    return await page.console.database.read(look)


class Deeds(NamedTuple):
    """What a person is offered to do about a run."""

    cancel: bool
    retry: bool
    tell: bool


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
        self._history = history
        self._locale = locale = page.session.locale
        self._shown: RunSnapshot | None = None
        with PageHead((locale.say("Operations"), "/operations")):
            badge = RefreshBadge("run_detail", badge_words(locale))
        with ui.element("div").classes("panel-host") as self._host:
            notice = StaleNotice(page.announce)
            self._summary = RunSummary(summary_words(locale))
            self._actions = RunActions(
                action_words(locale),
                cancel=self._ask_to_cancel,
                retry=self._ask_to_retry,
                is_watching=is_watching,
                hear_wish=self._hear_wish,
            )
            self._failures = RunFailures(failure_words(locale))
            self._results = BulkResults()
            self._timeline = RunTimeline(timeline_words(locale))
            self._build_background(run, related)
        parts = {
            "summary": self._summary,
            "actions": self._actions,
            "failures": self._failures,
            "results": self._results,
            "timeline": self._timeline,
        }
        self._stage = Stage(page.client, "run_detail", parts, badge, notice, locale)
        self._show(run)
        surface = RunDetailSurface(
            page.console, page.session, run, history, bulk, self._stage, self._show, self._clear
        )
        self._live = Live(surface, page.browser, page.console.clock, run)
        page.session.on_end(lambda: self._live.end(Reason.UNAUTHORISED))

    def _show(self, run: RunSnapshot) -> None:
        if self._shown is not None:
            self._page.announce(run_change(self._shown, run, self._locale))
        self._shown = run
        locale, deeds, estimate = self._locale, self._deeds(run), self._history.estimate_of(run)
        scene = run.once(
            (locale, deeds, estimate),
            lambda: Scene({**run_parts(run, estimate, locale), "actions": deeds._asdict()}),
        )
        self._stage.take(scene)

    def _deeds(self, run: RunSnapshot) -> Deeds:
        viewer = self._page.session.viewer
        return Deeds(
            cancel=can_cancel(run, viewer),
            retry=can_retry(run, viewer, self._page.console.offers),
            tell=run.ux_status.is_active,
        )

    def _build_background(self, run: RunSnapshot, related: Related) -> None:
        offer = self._page.console.offers.get(run.type)
        form = None if offer is None else offer.options
        labels = presenter.NO_LABELS if form is None else form.labels
        facts = presenter.run_context(run, self._locale, labels)
        links = presenter.run_related(related, self._locale)
        if facts or links:
            RunBackground({"facts": facts, "related": links}, background_words(self._locale))

    def _clear(self) -> None:
        self._page.announce(self._locale.say("There is nothing here."))
        self._host.clear()
        with self._host:
            nothing_here(self._locale)

    def _ask_to_cancel(self) -> None:
        run = self._asked_about("cancel")
        if run is None:
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
        run = self._asked_about("retry")
        if run is None:
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

    def _asked_about(self, deed: str) -> RunSnapshot | None:
        """The run on the screen, if `deed` is offered for it; who forges a click is not asked."""
        run = self._live.shown
        if run is None or self._page.browser.is_dialog_open or not getattr(self._deeds(run), deed):
            return None
        return run

    async def _hear_wish(self, wish: bool) -> None:
        run = self._live.shown
        if run is None:
            return
        try:
            viewer = await self._page.session.act()

            def keep(session: Session) -> None:
                if wish:
                    watching.watch(session, viewer, run.id, self._locale.language)
                else:
                    watching.unwatch(session, viewer, run.id)

            await self._page.console.database.write(keep)
        except (NotAllowedError, RunNotFoundError):
            self._live.nudge(own_action=True)  # which takes the page away

    def _operations(self, session: Session) -> Operations:
        return Operations(session, self._page.console.enqueue, self._page.console.offers)


def run_parts(run: RunSnapshot, estimate: Estimate | None, locale: Locale) -> dict[str, Any]:
    """What everybody sees of a run who reads it in the same language and zone."""
    told = run_estimate(estimate, locale)
    return {
        "summary": {**presenter.run_summary(run, locale), "estimate": told},
        "failures": presenter.run_failures(run, locale),
        "results": bulk_view(run, locale),
        "timeline": run_timeline(run, locale),
    }
