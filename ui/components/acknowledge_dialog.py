"""The dialogs in which a person says that a kind of failure is known, or takes that back."""

from nicegui import ui

from services.overview import acknowledgements
from services.overview.acknowledgements import LONGEST_NOTE
from services.overview.failures import FailureGroup
from services.overview.reading import OverviewSnapshot
from ui.components.confirm_dialog import ConfirmDialog
from ui.live import Live
from ui.page import Page
from ui.presenters.overview.failures import kind_of


def acknowledge_dialog(
    page: Page, live: Live[OverviewSnapshot], workspace_id: int, group: FailureGroup
) -> None:
    """Ask for a note, and acknowledge what was on the screen."""
    say = page.session.locale.say

    async def acknowledge() -> None:
        viewer = await page.session.act()
        await page.console.database.write(
            lambda session: acknowledgements.acknowledge(
                session,
                viewer,
                workspace_id,
                group.fingerprint,
                (group.type, group.code),
                group.newest,
                str(note.value or ""),
            )
        )
        live.nudge(own_action=True)

    dialog = ConfirmDialog(
        page.browser,
        say("Acknowledge these failures?"),
        say("Acknowledge"),
        acknowledge,
    )
    dialog.label_dismiss(say("Dismiss"))
    with dialog.filling():
        ui.label(kind_of(group)).classes("dialog-kind")
        ui.label(
            say(
                "Your colleagues see that it is known, until a later run succeeds or a week is "
                "over. A failure after that success is shown as a new one."
            )
        )
        note = ui.textarea(say("Note")).classes("wide")
        note.props(
            f"outlined dense autogrow autofocus stack-label maxlength={LONGEST_NOTE} "
            'data-testid="acknowledge-note"'
        )
        note.props["hint"] = say("Who looks into it, or why it can wait")
    dialog.open()


def withdraw_dialog(
    page: Page, live: Live[OverviewSnapshot], workspace_id: int, group: FailureGroup
) -> None:
    """Ask whether to take the acknowledgement back that was on the screen."""
    say, known = page.session.locale.say, group.acknowledgement
    if known is None:
        return

    async def withdraw() -> None:
        viewer = await page.session.act()
        await page.console.database.write(
            lambda session: acknowledgements.withdraw(session, viewer, workspace_id, known.id)
        )
        live.nudge(own_action=True)

    dialog = ConfirmDialog(
        page.browser, say("Withdraw the acknowledgement?"), say("Withdraw"), withdraw
    )
    with dialog.filling():
        ui.label(kind_of(group)).classes("dialog-kind")
        ui.label(say("These failures are then shown to everybody as unknown trouble again."))
    dialog.open()
