"""What refreshing costs, kept live."""

from html import escape

from nicegui import ui

from policy.decision import Reason
from services.auth import WorkspaceRef
from services.refresh_history.history import History, RefreshSnapshot
from ui.components.hour_chart import HourChart
from ui.components.record_table import RecordTable
from ui.components.refresh_badge import RefreshBadge
from ui.components.refresh_now import RefreshNow
from ui.components.slow_statements import SlowStatementList
from ui.components.stale_notice import StaleNotice
from ui.live import Live
from ui.page import Page, nothing_here
from ui.presenters.part_words import badge_words
from ui.presenters.refresh.charts import hour_views
from ui.presenters.refresh.now import now_view, whose
from ui.presenters.refresh.statements import statements_view
from ui.presenters.refresh.tables import pages_table, sharing_table, ticks_table
from ui.refresh_surface import RefreshSurface
from ui.stage import Stage

_TABLES = (pages_table, sharing_table, ticks_table)


class RefreshPanel:
    """The parts of the page, built once and updated in place."""

    def __init__(self, page: Page, place: WorkspaceRef, history: History) -> None:
        self._locale = page.session.locale
        shown = history.snapshot()
        with ui.element("div").classes("page-head"):
            ui.label(whose(shown, self._locale)).classes("quiet whose")
            badge = RefreshBadge("refresh", badge_words(self._locale))
        with ui.element("div").classes("panel-host") as self._host:
            notice = StaleNotice(page.announce)
            self._now = RefreshNow()
            self._charts = self._build_charts(shown)
            self._tables = [self._build_table(table(shown, self._locale)) for table in _TABLES]
            self._statements = SlowStatementList()
        self._show(shown)
        # Few look at it: its parts go their own way, and only the badge is on a stage.
        stage = Stage(page.client, "refresh", {}, badge, notice, self._locale)
        surface = RefreshSurface(page.session, place.id, history, stage, self._show, self._clear)
        self.live = Live(surface, page.browser, page.console.clock, shown)
        page.session.on_end(lambda: self.live.end(Reason.UNAUTHORISED))

    def _build_charts(self, shown: RefreshSnapshot) -> list[HourChart]:
        _heading(self._locale.say("The last hour"))
        self._waiting = ui.label(
            self._locale.say("There is a chart as soon as a minute is over.")
        ).classes("card quiet")
        with ui.element("div").classes("tiles wide-tiles").props('data-testid="refresh-charts"'):
            return [HourChart() for _ in hour_views(shown, self._locale)]

    def _build_table(self, view: dict[str, object]) -> RecordTable:
        _heading(str(view["label"]))
        return RecordTable(view)

    def _show(self, snapshot: RefreshSnapshot) -> None:
        self._now.show(now_view(snapshot, self._locale))
        self._waiting.set_visibility(not snapshot.points)
        for chart, view in zip(self._charts, hour_views(snapshot, self._locale), strict=True):
            chart.show(view)
        for shown, table in zip(self._tables, _TABLES, strict=True):
            shown.show(table(snapshot, self._locale))
        self._statements.show(statements_view(snapshot, self._locale))

    def _clear(self) -> None:
        self._host.clear()
        with self._host:
            nothing_here(self._locale)


def _heading(text: str) -> None:
    ui.html(escape(text), tag="h2").classes("card-title log-title")
