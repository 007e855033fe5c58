"""What a person sees of a page whose code failed: what to do, and the id to find it by."""

from fastapi import Request
from fastapi.responses import PlainTextResponse
from nicegui import app, ui
from sqlalchemy.exc import OperationalError

from services.journal.about import current_request
from ui.presenters.failed_page import failed_page
from ui.reader import reader_of


def register() -> None:
    """Put our page in the place of the framework's, which shows the error's own text."""
    app.on_page_exception(show)
    app.add_exception_handler(Exception, _say_no_more)


def show(error: Exception) -> None:
    """Build the page. The error itself is in the log, with the same id."""
    view = failed_page(
        current_request() or "",
        reader_of(ui.context.client.request),
        is_away=isinstance(error, OperationalError),
    )
    ui.context.client.title = f"{view['title']} · Stillwatch"
    with ui.element("section").classes("notice-page").mark("page-failed"):
        ui.label(view["title"]).classes("notice-title")
        ui.label(view["advice"])
        ui.link(view["onward"], "/operations")


def _say_no_more(_: Request, __: Exception) -> PlainTextResponse:
    """Of the framework's own routes, which no person reads."""
    return PlainTextResponse("Something went wrong.", 500)
