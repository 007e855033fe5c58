"""What has to be there before anything runs: the environment, its packages, a browser."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_HEADLESS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
_child: "subprocess.Popen[str] | None" = None


def say(step: str, text: str) -> None:
    """One visible line for a step that does something."""
    print(f"{step:<13} {text}", flush=True)


def set_up(extra: str) -> None:
    """Make the environment hold what `requirements/EXTRA.txt` pins; quick when it does already."""
    stamp = VENV / f".stillwatch-{extra}"
    wanted = _fingerprint(extra)
    if stamp.exists() and stamp.read_text() == wanted and _is_usable():
        return
    if not _is_usable():
        _make_environment()
    lock = ROOT / "requirements" / f"{extra}.txt"
    count = sum(line[:1].isalnum() for line in lock.read_text().splitlines())
    say("dependencies", f"{count} packages from requirements/{lock.name}")
    _pip("install", "--quiet", "--require-hashes", "-r", str(lock))
    _pip("install", "--quiet", "--no-deps", "--no-build-isolation", "-e", ".")
    stamp.write_text(wanted)  # last, so that an interrupted install is taken up again
    if extra == "dev":
        (VENV / ".stillwatch-console").write_text(_fingerprint("console"))


def find_browser() -> str:
    """A Chromium that really starts: one on the machine, else Debian's, else Playwright's own."""
    path = _browser_on_path()
    if path is None and _can_apt():
        say("browser", "installing chromium with apt-get")
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        run([*sudo, "apt-get", "update", "-qq"], quiet=True)
        run([*sudo, "apt-get", "install", "-y", "-qq", "chromium"], quiet=True)
        path = _browser_on_path()
    if path is None:
        say("browser", "downloading Playwright's Chromium")
        run([PYTHON, "-m", "playwright", "install", "chromium"], quiet=True)
        path = _playwrights_browser()
    if path is None:
        sys.exit("No browser for the tests: install chromium, and make sure it starts headless.")
    say("browser", path)
    return path


def run(
    command: "list[str]",
    *,
    quiet: bool = False,
    stdout_to: "IO[str] | None" = None,
    env: "dict[str, str] | None" = None,
) -> int:
    """Run a child that stops when we are stopped; return its exit status."""
    global _child  # the one child whose signals we pass on
    output = subprocess.DEVNULL if quiet else stdout_to
    errors = subprocess.STDOUT if stdout_to is not None else output
    _child = subprocess.Popen(command, stdout=output, stderr=errors, env=env, text=True)
    try:
        return int(_child.wait())
    finally:
        _child = None


def become(command: "list[str]") -> NoReturn:
    """Turn this very process into `command`, so that stopping it is stopping us."""
    os.execv(command[0], command)


def stop_children_with_us() -> None:
    """Pass SIGTERM and Ctrl-C on to the running child, wait for it, and go."""

    def stop(number: int, _frame: object) -> None:
        if _child is not None:
            _child.send_signal(number)
            _child.wait()
        os._exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _fingerprint(extra: str) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in (ROOT / "requirements" / f"{extra}.txt", ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    digest.update(str(ROOT).encode())  # a moved checkout needs an environment of its own
    return digest.hexdigest()


def _is_usable() -> bool:
    """Whether the environment's Python is there and was made for this place."""
    if not Path(PYTHON).exists():
        return False  # also when the Python it links to is gone
    made_for = VENV / ".stillwatch-place"
    return made_for.exists() and made_for.read_text() == f"{ROOT} {sys.version}"


def _make_environment() -> None:
    say("environment", f".venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    if run([sys.executable, "-m", "venv", str(VENV)], quiet=True) != 0:
        _make_environment_without_ensurepip()
    (VENV / ".stillwatch-place").write_text(f"{ROOT} {sys.version}")


def _make_environment_without_ensurepip() -> None:
    """Debian keeps a part of venv in a package of its own; do without, or fetch it."""
    shutil.rmtree(VENV, ignore_errors=True)
    has_pip = run([sys.executable, "-m", "pip", "--version"], quiet=True) == 0
    if has_pip:
        _require(run([sys.executable, "-m", "venv", "--without-pip", str(VENV)]), "environment")
        command = [sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"]
        _require(run(command), "pip")
        return
    if _can_apt():
        say("environment", "installing python3-venv with apt-get")
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        run([*sudo, "apt-get", "update", "-qq"], quiet=True)
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        run([*sudo, "apt-get", "install", "-y", "-qq", package], quiet=True)
    if run([sys.executable, "-m", "venv", str(VENV)], quiet=True) != 0:
        sys.exit("This Python cannot make virtual environments: install its venv package.")


def _pip(*arguments: str) -> None:
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    _require(run(command), "dependencies")


def _require(status: int, step: str) -> None:
    if status != 0:
        sys.exit(f"{step} failed; see above.")


def _can_apt() -> bool:
    if shutil.which("apt-get") is None:
        return False
    if os.geteuid() == 0:
        return True
    return shutil.which("sudo") is not None and run(["sudo", "-n", "true"], quiet=True) == 0


def _browser_on_path() -> "str | None":
    found = (shutil.which(name) for name in _BROWSERS)
    return next((path for path in found if path and _starts(path)), None)


def _playwrights_browser() -> "str | None":
    code = (
        "from playwright.sync_api import sync_playwright as p\n"
        "with p() as w: print(w.chromium.executable_path)"
    )
    answer = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    path = answer.stdout.strip()
    return path if path and Path(path).exists() and _starts(path) else None


def _starts(path: str) -> bool:
    """A snap stub lies on the path and starts nothing; only trying tells."""
    try:
        done = subprocess.run(
            [path, *_HEADLESS, "--dump-dom", "about:blank"],
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and b"<html" in done.stdout
