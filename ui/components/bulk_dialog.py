"""The one question before many runs are cancelled or started again."""

from collections.abc import Sequence

from nicegui import ui

from models import BulkAction
from services import bulk_runs
from services.bulk_runs import Chosen
from services.run_terms import Requested
from services.runs import RunSnapshot
from ui.components.confirm_dialog import ConfirmDialog
from ui.page import Page
from ui.presenters.bulk import bulk_question


def open_bulk_dialog(
    page: Page, workspace_id: int, action: BulkAction, runs: Sequence[RunSnapshot], left: int
) -> None:
    """Ask, start the run that does it, and go to its page. What counts is what was seen."""
    chosen = [Chosen(run.id, run.version) for run in runs]

    async def act() -> None:
        viewer = await page.session.act()
        requested: Requested = await page.console.database.write(
            lambda session: bulk_runs.request(
                session, page.console.enqueue, viewer, workspace_id, action, chosen
            )
        )
        ui.navigate.to(f"/operations/{requested.run_id}")

    asked = bulk_question(action, runs, left, page.session.locale)
    dialog = ConfirmDialog(
        page.browser,
        asked["title"],
        asked["confirm"],
        act,
        is_destructive=action is BulkAction.CANCEL,
    )
    with dialog.filling():
        ui.label(asked["text"])
        with ui.element("ul").classes("bulk-named"):
            for line in filter(None, (*asked["named"], asked["more"])):
                with ui.element("li"):
                    ui.label(line)
    dialog.open()
