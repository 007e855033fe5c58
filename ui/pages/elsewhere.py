"""Every address that nobody serves: a decent 404 in the frame, and no warning in the log."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import Client, ui

from ui.console import Console
from ui.page import begin, not_found


def register(console: Console) -> None:
    """Serve what is left; to be registered last."""

    @ui.page("/{path:path}")
    def elsewhere(path: str, request: Request, client: Client) -> Response | None:
        # Below the open addresses the guard has looked for nobody.
        if not hasattr(request.state, "viewer"):
            return RedirectResponse("/login", status_code=303)
        not_found(begin(console, request, client))
        return None
