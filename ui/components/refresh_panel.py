"""What refreshing costs, kept live."""

from html import escape
from typing import Any

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
from ui.components.viewed import Viewed
from ui.live import Live
from ui.page import Page, nothing_here
from ui.presenters.locale import Locale
from ui.presenters.part_words import badge_words
from ui.presenters.refresh.charts import hour_views
from ui.presenters.refresh.now import now_view, whose
from ui.presenters.refresh.statements import statements_view
from ui.presenters.refresh.tables import pages_table, sharing_table, ticks_table
from ui.refresh_surface import HistoryWatch, RefreshSurface
from ui.scene import Scene
from ui.stage import Stage

_TABLES = {"pages": pages_table, "sharing": sharing_table, "ticks": ticks_table}


class RefreshPanel:
    """The parts of the page, built once and updated in place."""

    def __init__(self, page: Page, place: WorkspaceRef, history: History) -> None:
        self._locale = locale = page.session.locale
        shown = history.snapshot()
        with ui.element("div").classes("page-head"):
            ui.label(whose(shown, locale)).classes("quiet whose")
            badge = RefreshBadge("refresh", badge_words(locale))
        with ui.element("div").classes("panel-host") as self._host:
            notice = StaleNotice(page.announce)
            parts: dict[str, Viewed] = {"now": RefreshNow()}
            self._charts = self._build_charts(shown)
            for name, table in _TABLES.items():
                parts[name] = _build_table(table(shown, locale))
            parts["statements"] = SlowStatementList()
        self._stage = Stage(page.client, "refresh", parts, badge, notice, locale)
        self._show(shown)
        watch = HistoryWatch(history, page.console.clock)
        surface = RefreshSurface(
            page.session, place.id, watch, self._stage, self._show, self._clear
        )
        self.live = Live(surface, page.browser, page.console.clock, shown)
        page.session.on_end(lambda: self.live.end(Reason.UNAUTHORISED))

    def _build_charts(self, shown: RefreshSnapshot) -> list[HourChart]:
        _heading(self._locale.say("The last hour"))
        self._waiting = ui.label(
            self._locale.say("There is a chart as soon as a minute is over.")
        ).classes("card quiet")
        with ui.element("div").classes("tiles wide-tiles").props('data-testid="refresh-charts"'):
            return [HourChart() for _ in hour_views(shown, self._locale)]

    def _show(self, snapshot: RefreshSnapshot) -> None:
        locale = self._locale
        self._waiting.set_visibility(not snapshot.points)
        views = snapshot.once(("charts", locale), lambda: hour_views(snapshot, locale))
        for chart, view in zip(self._charts, views, strict=True):
            chart.show(view)
        self._stage.take(snapshot.once(locale, lambda: Scene(_parts(snapshot, locale))))

    def _clear(self) -> None:
        self._host.clear()
        with self._host:
            nothing_here(self._locale)


def _parts(snapshot: RefreshSnapshot, locale: Locale) -> dict[str, Any]:
    tables = {name: table(snapshot, locale) for name, table in _TABLES.items()}
    return {
        "now": now_view(snapshot, locale),
        **tables,
        "statements": statements_view(snapshot, locale),
    }


def _build_table(view: dict[str, object]) -> RecordTable:
    _heading(str(view["label"]))
    return RecordTable(view)


def _heading(text: str) -> None:
    ui.html(escape(text), tag="h2").classes("card-title log-title")
