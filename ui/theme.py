"""The look of the console: its stylesheet, its script, its icon."""

import hashlib
from functools import cache
from pathlib import Path

from nicegui import app, ui

STATIC = Path(__file__).resolve().parent / "static"
FAVICON = STATIC / "favicon.svg"


def head() -> str:
    """What goes into the head of every page; the digests let browsers cache for good."""
    return (
        f'<link rel="stylesheet" href="/static/stillwatch.css?{_digest("stillwatch.css")}">'
        f"{_script('stillwatch.js')}{_script('stages.js')}"
    )


def apply() -> None:
    """Give every page of the console this look."""
    # The framework's bar has no name to be read out, and tells of requests that nobody made.
    app.config.quasar_config["loadingBar"]["skipHijack"] = True
    ui.add_head_html(head() + _script("keyboard.js"), shared=True)


def _script(name: str) -> str:
    return f'<script src="/static/{name}?{_digest(name)}"></script>'


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
