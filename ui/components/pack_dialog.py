"""The dialog in which a person asks for a review pack."""

from html import escape

from nicegui import ui
from sqlalchemy.orm import Session

from policy.wording import said
from services.notifications.watching import watch
from services.pack_card import CardSnapshot
from services.packs.order import PackOptions, Section
from services.review_packs import RequestedPack, ReviewPacks
from services.tenants import TenantRef
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.option_fields import focus_first
from ui.components.tell_me import tell_me_box
from ui.live import Live
from ui.page import Page
from ui.presenters.pack_form import (
    PRESETS,
    PackForm,
    PackFormError,
    Preset,
    form_of,
    options_of,
    preset_hint,
)
from ui.presenters.pack_terms import SECTIONS

_FIELD = "outlined dense hide-bottom-space stack-label"
_WHY_WITHOUT = said(
    "Messages and samples of failures can quote names, addresses or inner workings; a pack leaves "
    "the house. Without them it still counts every failure by its code."
)
_SOMEBODY_ELSES = said("A pack is already being generated for this tenant; here it is.")


class PackDialog:
    """Stays open, with all that was filled in, until the pack can be asked for."""

    def __init__(
        self, page: Page, tenant: TenantRef, live: Live[CardSnapshot], begin: PackOptions | None
    ) -> None:
        self._page = page
        self._tenant = tenant
        self._live = live
        self._zone = page.session.zone
        self._locale = locale = page.session.locale
        title = locale.say("Generate a review pack for {tenant}", tenant=tenant.name)
        self._dialog = ConfirmDialog(page.browser, title, locale.say("Generate"), self._request)
        self._dialog.label_dismiss(locale.say("Dismiss"))
        with self._dialog.filling(), ui.column().classes("form"):
            self._build(form_of(begin, self._zone))

    def open(self) -> None:
        self._dialog.open()

    def _build(self, form: PackForm) -> None:
        locale = self._locale
        self._preset = ui.select(
            {preset.value: locale.told(words) for preset, words in PRESETS.items()},
            label=locale.say("Period"),
            value=form.preset.value,
            on_change=self._show_days,
        ).classes("wide")
        self._preset.props(f'{_FIELD} autofocus data-testid="pack-period"')
        with ui.element("div").classes("pair") as self._days:
            self._first = _day_field(locale.say("First day"), form.first, "pack-first-day")
            self._last = _day_field(locale.say("Last day"), form.last, "pack-last-day")
        with ui.element("fieldset").classes("choices"):
            ui.html(escape(locale.say("Sections")), tag="legend")
            self._sections = {
                section: ui.checkbox(locale.told(words), value=section in form.sections).props(
                    f'dense data-testid="pack-section-{section}"'
                )
                for section, words in SECTIONS.items()
            }
        self._message = ui.label().classes("form-error").props('role="alert"')
        self._message.set_visibility(False)
        with ui.column().classes("about"):
            self._details = ui.switch(
                locale.say("Include failure details"), value=form.include_failure_details
            )
            self._details.props('dense data-testid="pack-failure-details"')
            ui.label(locale.told(_WHY_WITHOUT)).classes("switch-hint under")
        self._tell_me = tell_me_box(locale)
        self._show_days()

    def _show_days(self) -> None:
        preset = Preset(self._preset.value)
        self._preset.props["hint"] = preset_hint(preset, self._live.now, self._locale)
        self._days.set_visibility(preset is Preset.CUSTOM)

    def _filled_in(self) -> PackForm:
        return PackForm(
            Preset(self._preset.value),
            str(self._first.value or ""),
            str(self._last.value or ""),
            frozenset(Section(name) for name, box in self._sections.items() if box.value),
            bool(self._details.value),
        )

    async def _request(self) -> bool:
        try:
            options = options_of(self._filled_in(), self._live.now, self._zone)
        except PackFormError as error:
            self._say_what_is_wrong(error.messages)
            return False
        viewer = await self._page.session.act()

        def request(session: Session) -> RequestedPack:
            packs = ReviewPacks(session, self._page.console.enqueue)
            requested = packs.request(viewer, self._tenant.id, options)
            if self._tell_me.value and requested.run_id is not None:
                watch(session, viewer, requested.run_id, self._locale.language)
            return requested

        requested: RequestedPack = await self._page.console.database.write(request)
        if not requested.is_new:
            ui.notify(self._locale.told(_SOMEBODY_ELSES), type="info")
        self._live.nudge(own_action=True)
        return True

    def _say_what_is_wrong(self, messages: dict[str, str]) -> None:
        fields = {"first": self._first, "last": self._last}
        for name, element in fields.items():
            element.error = self._locale.told(messages.get(name, "")) or None
        self._message.text = self._locale.told(messages.get("sections", ""))
        self._message.set_visibility(bool(self._message.text))
        focus_first([element for name, element in fields.items() if name in messages])


def _day_field(label: str, value: str, mark: str) -> ui.input:
    return ui.input(label, value=value).props(f'{_FIELD} type="date" data-testid="{mark}"')
