"""Every address that nobody serves: a decent 404 in the frame, and no warning in the log."""

from fastapi import Request
from nicegui import Client, ui

from ui.console import Console
from ui.page import begin, not_found


def register(console: Console) -> None:
    """Serve what is left; to be registered last."""

    @ui.page("/{path:path}")
    def elsewhere(path: str, request: Request, client: Client) -> None:
        not_found(begin(console, request, client))
