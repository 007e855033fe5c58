"""A Chromium for the tests: the machine's own, else the system's package, else Playwright's."""

import contextlib
import os
import shutil
import tempfile

import system_packages
from children import Failed, run, step
from environment import PYTHON, VENV

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "microsoft-edge",
)
_START_SECONDS = 60.0
_DOWNLOAD_SECONDS = 600.0
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
_KNOWN = os.path.join(VENV, ".browser")


def prepare() -> str:
    """The path of a browser that starts headless; raises `Failed` when there is none."""
    wanted = os.environ.get("STILLWATCH_TEST_BROWSER")
    if wanted:
        return _checked(wanted)
    known = _known()
    if known:
        return known
    found = _on_this_machine() or _from_the_system() or _from_playwright()
    if not found:
        raise Failed(
            "no browser for the tests: no Chromium or Chrome on the PATH starts headless, and "
            "neither apt-get nor Playwright could install one that does"
        )
    _remember(found)
    return found


def _checked(path: str) -> str:
    if not _starts(path):
        raise Failed(f"STILLWATCH_TEST_BROWSER: {path} does not start headless")
    return path


def _on_this_machine() -> str | None:
    for path in filter(None, map(shutil.which, _NAMES)):
        if _starts(path):
            print(f"Browser: {path}, found on this machine", flush=True)
            return path
        print(f"Browser: {path} does not start headless", flush=True)
    return None


def _from_the_system() -> str | None:
    if not system_packages.can_install():
        return None
    # Where the name stands for something else, as a snap, the check tells.
    with contextlib.suppress(Failed), step("Browser: installing chromium with apt-get"):
        path = system_packages.install("chromium") and shutil.which("chromium")
        if path and _starts(path):
            return path
        raise Failed("apt-get gives no browser that starts")
    return None


def _from_playwright() -> str | None:
    with contextlib.suppress(Failed), step("Browser: downloading Playwright's Chromium"):
        install = [PYTHON, "-m", "playwright", "install", "chromium"]
        if run(install, limit=_DOWNLOAD_SECONDS).code == 0:
            path = _playwright_path()
            if _starts(path):
                return path
        raise Failed("Playwright gives no browser that starts")
    return None


def _playwright_path() -> str:
    ask = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    return run([PYTHON, "-c", ask], limit=_START_SECONDS).output.strip()


def _starts(path: str) -> bool:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [path, *_FLAGS, f"--user-data-dir={profile}", "--dump-dom", "about:blank"]
        code, output = run(command, limit=_START_SECONDS)
    return code == 0 and "<html>" in output


def _known() -> str | None:
    """The browser that was checked last, unless its file has changed since."""
    with contextlib.suppress(OSError, ValueError):
        with open(_KNOWN, encoding="utf-8") as file:
            path, seen = file.read().splitlines()
        return path if seen == _fingerprint(path) else None
    return None


def _remember(path: str) -> None:
    with open(_KNOWN, "w", encoding="utf-8") as file:
        file.write(f"{path}\n{_fingerprint(path)}\n")


def _fingerprint(path: str) -> str:
    stat = os.stat(path)
    return f"{stat.st_size} {stat.st_mtime_ns}"
