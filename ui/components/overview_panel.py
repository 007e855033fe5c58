"""How a workspace is doing, kept live, and what a person can say about its failures."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

from nicegui import ui

from policy.access import Action
from policy.decision import Reason
from services.overview.failures import FailureGroup
from services.overview.reading import OverviewSnapshot
from ui.components.acknowledge_dialog import acknowledge_dialog, withdraw_dialog
from ui.components.outcome_chart import OutcomeChart
from ui.components.outcome_totals import OutcomeTotals
from ui.components.overview_failures import OverviewFailures
from ui.components.overview_now import OverviewNow
from ui.components.overview_types import OverviewTypes
from ui.components.refresh_badge import RefreshBadge
from ui.components.stale_notice import StaleNotice
from ui.live import Live
from ui.overview_surface import OverviewSurface, OverviewWatch
from ui.page import Page, nothing_here
from ui.presenters.locale import Locale
from ui.presenters.overview.failures import failures_view
from ui.presenters.overview.now import newcomer_words, now_view
from ui.presenters.overview.outcomes import OutcomesView, day_view, week_view
from ui.presenters.overview.run_types import types_view
from ui.presenters.part_words import badge_words
from ui.scene import Scene
from ui.stage import Stage


class OverviewPanel:
    """The parts of the page, built once and updated in place."""

    def __init__(
        self, page: Page, watch: OverviewWatch, shown: OverviewSnapshot, whose: str
    ) -> None:
        self._page = page
        self._workspace_id = watch.scope.workspace_id
        with ui.element("div").classes("page-head"):
            ui.label(whose).classes("quiet")
            badge = RefreshBadge("overview", badge_words(page.session.locale))
        with ui.element("div").classes("panel-host") as self._host:
            notice = StaleNotice(page.announce)
            self._newcomer = ui.label("").classes("card quiet")
            self._now = OverviewNow()
            with (
                ui.element("div")
                .classes("tiles wide-tiles")
                .props('data-testid="overview-outcomes"')
            ):
                self._day, self._week = _Bars(), _Bars()
            self._failures = OverviewFailures(
                partial(self._ask, acknowledge_dialog), partial(self._ask, withdraw_dialog)
            )
            self._types = OverviewTypes()
        locale = page.session.locale
        parts = {"now": self._now, "failures": self._failures, "types": self._types}
        self._stage = Stage(page.client, "overview", parts, badge, notice, locale)
        self._show(shown)
        surface = OverviewSurface(page.session, watch, self._stage, self._show, self._clear)
        self.live = Live(surface, page.browser, page.console.clock, shown)
        page.session.on_end(lambda: self.live.end(Reason.UNAUTHORISED))

    def _show(self, overview: OverviewSnapshot) -> None:
        locale, now = self._page.session.locale, overview.now
        words = newcomer_words(overview, locale)
        self._newcomer.set_text(words)
        self._newcomer.set_visibility(bool(words))
        self._day.show(day_view(overview.day, now, locale))
        if overview.week is not None:
            self._week.show(week_view(overview.week, locale))
        may_acknowledge = self._may_acknowledge()
        self._stage.take(
            overview.once(
                (locale, may_acknowledge),
                lambda: Scene(_parts(overview, locale, may_acknowledge=may_acknowledge)),
            )
        )

    def _may_acknowledge(self) -> bool:
        return self._page.session.viewer.may_in(self._workspace_id, Action.ACKNOWLEDGE)

    def _clear(self) -> None:
        self._host.clear()
        with self._host:
            nothing_here(self._page.session.locale)

    def _ask(self, open_dialog: Callable[..., None], fingerprint: str) -> None:
        """Open a dialog about a group; a forged or late click is refused by the deed itself."""
        group = self._find(fingerprint)
        if group is None or self._page.browser.is_dialog_open or not self._may_acknowledge():
            return
        open_dialog(self._page, self.live, self._workspace_id, group)

    def _find(self, fingerprint: str) -> FailureGroup | None:
        groups = () if self.live.shown is None else self.live.shown.failures.groups
        return next((group for group in groups if group.fingerprint == fingerprint), None)


def _parts(overview: OverviewSnapshot, locale: Locale, *, may_acknowledge: bool) -> dict[str, Any]:
    now, week = overview.now, overview.week
    return {
        "now": now_view(overview.activity, now, locale),
        "failures": failures_view(overview.failures, now, locale, may_acknowledge=may_acknowledge),
        "types": None if week is None else types_view(week, locale),
    }


class _Bars:
    """A chart with its heading and its legend; a sentence instead while there is nothing."""

    def __init__(self) -> None:
        with ui.element("section").classes("card outcomes") as self._card:
            with ui.element("div").classes("outcomes-head"):
                self._title = ui.html("", tag="h2").classes("card-title")
                self._since = ui.label("").classes("quiet small")
            self._empty = ui.label("").classes("quiet")
            self._chart = OutcomeChart()
            self._totals = OutcomeTotals()

    def show(self, view: OutcomesView) -> None:
        self._card.props["aria-label"] = view["title"]
        self._title.set_content(escape(view["title"]))
        self._since.set_text(view["since"])
        self._empty.set_text(view["empty"])
        is_empty = bool(view["empty"])
        self._empty.set_visibility(is_empty)
        self._chart.set_visibility(not is_empty)
        self._totals.set_visibility(not is_empty)
        if not is_empty:
            self._chart.show(view)
            self._totals.show(view)
