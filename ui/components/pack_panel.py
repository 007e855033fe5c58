"""A tenant's review pack, kept live on its page, and what a person can do about it."""

from collections.abc import Callable
from functools import partial
from html import escape

from nicegui import ui

from policy.access import Action
from policy.decision import Reason
from services.pack_card import CardSnapshot
from services.tenants import TenantRef
from ui.components.pack_card import PackCard
from ui.components.pack_dialog import PackDialog
from ui.components.refresh_badge import RefreshBadge
from ui.components.stale_notice import StaleNotice
from ui.live import Live
from ui.pack_surface import ReviewPackSurface
from ui.page import Page, nothing_here
from ui.presenters.announcements import pack_change
from ui.presenters.pack import PackRights, begins_again, is_being_made, pack_card
from ui.presenters.pack_terms import readable_options
from ui.presenters.part_words import badge_words, card_words
from ui.scene import Scene
from ui.stage import Stage


class PackPanel:
    """The card with its badge, built once and updated in place."""

    def __init__(self, page: Page, tenant: TenantRef, card: CardSnapshot) -> None:
        self._page = page
        self._tenant = tenant
        locale = page.session.locale
        with ui.element("div").classes("page-head"):
            ui.html(escape(locale.say("Review pack")), tag="h2").classes("card-title")
            with ui.element("div").classes("head-state"):
                badge = RefreshBadge("review_pack", badge_words(locale))
                _build_refresh(locale.say("Refresh the review pack"), self._refresh)
        with ui.element("div").classes("panel-host") as self._host:
            notice = StaleNotice(page.announce)
            self._card = PackCard(self._ask, card_words(locale))
        self._shown = card
        self._stage = Stage(page.client, "review_pack", {"card": self._card}, badge, notice, locale)
        self._show(card)
        surface = ReviewPackSurface(
            page.console, page.session, tenant, card, self._stage, self._show, self._clear
        )
        self.live = Live(surface, page.browser, page.console.clock, card)
        page.session.on_end(lambda: self.live.end(Reason.UNAUTHORISED))

    def _show(self, card: CardSnapshot) -> None:
        self._page.announce(pack_change(self._shown, card, self._page.session.locale))
        self._shown = card
        rights, locale = self._rights(), self._page.session.locale
        scene = card.once(
            (rights, locale), lambda: Scene({"card": pack_card(card, rights, locale)})
        )
        self._stage.take(scene)

    def _rights(self) -> PackRights:
        viewer, place = self._page.session.viewer, self._tenant
        may = partial(viewer.may_in, place.workspace_id, tenant_id=place.id)
        return PackRights(
            may_generate=may(Action.GENERATE_PACK),
            may_download=may(Action.DOWNLOAD_PACK),
            may_audit=may(Action.AUDIT),
        )

    def _clear(self) -> None:
        self._page.announce(self._page.session.locale.say("There is nothing here."))
        self._host.clear()
        with self._host:
            nothing_here(self._page.session.locale)

    def _refresh(self) -> None:
        self.live.nudge()

    def _ask(self) -> None:
        """Open the dialog; a forged or late click is refused by the deed itself."""
        card = self.live.shown
        if card is None or self._page.browser.is_dialog_open or not self._rights().may_generate:
            return
        now = self.live.now
        if is_being_made(card.pack, now):
            return
        last = card.pack if begins_again(card.pack, now) else None
        begin = readable_options(last.options) if last is not None else None
        PackDialog(self._page, self._tenant, self.live, begin).open()


def _build_refresh(label: str, act: Callable[[], None]) -> None:
    button = ui.button(icon="refresh", on_click=act, color=None).classes("quiet-icon")
    button.props('flat round dense data-testid="refresh-pack"')
    button.props["aria-label"] = button.props["title"] = label
