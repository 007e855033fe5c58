"""The virtual environment: made, filled from a lock, and recognised as done without asking pip.

Two notes live inside it. `made` says where and from which Python it was made, and is written
once it is whole. `filled` says what was installed, and is written only after pip has succeeded.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")

_MADE = os.path.join(VENV, ".made")
_FILLED = os.path.join(VENV, ".filled")

# Debian and its kin split ensurepip off; the interpreter that runs us makes the environment.
_BASE = getattr(sys, "_base_executable", "") or sys.executable
_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def is_ready(kind: str) -> bool:
    """Whether `kind` (`console`, `dev`) is installed from today's lock. Starts no process."""
    # What the developers' lock installs includes the console's.
    kinds = ("console", "dev") if kind == "console" else ("dev",)
    return not _flaw() and _read(_FILLED) in {_contents(kind) for kind in kinds}


def prepare(kind: str) -> None:
    """Make the environment and install `kind` where that is still to do."""
    if is_ready(kind):
        return
    from children import step

    with _alone():
        if is_ready(kind):
            return
        make()
        _forget_contents()
        with step(f"Installing requirements/{kind}.txt"):
            lock = os.path.join("requirements", f"{kind}.txt")
            pip("install", "--require-hashes", "-r", lock)
        with step("Installing the checkout itself, editable"):
            pip("install", "--no-deps", "--no-build-isolation", "-e", ".")
        _write(_FILLED, _contents(kind))


def make() -> None:
    """Make `.venv`, or make it again when it is no longer of use."""
    from children import run, step

    flaw = _flaw()
    if not flaw and run([PYTHON, "-c", "pass"]).code != 0:
        flaw = "its Python does not start"
    if not flaw:
        return
    why = f" again: {flaw}" if os.path.lexists(VENV) else ""
    with step(f"Making .venv with Python {_VERSION}{why}"):
        _remove()
        _create()
        _write(_MADE, _origin())


def pip(*arguments: str) -> None:
    """Run pip on the environment; raises `Failed` with its output."""
    from children import Failed, run

    # Settings that would put packages somewhere else make no sense here.
    env = {k: v for k, v in os.environ.items() if k not in ("PIP_USER", "PIP_TARGET", "PIP_PREFIX")}
    options = ["--disable-pip-version-check", "--no-input", "--quiet"]
    ending = run([*_pip(), *arguments, *options], env)
    if ending.code != 0:
        raise Failed(f"`pip {' '.join(arguments)}` failed, see above", ending.output)


def _flaw() -> str:
    """Why the environment cannot be used; empty when it can."""
    made = _read(_MADE)
    if not made:
        return "it is half made"
    if not os.path.exists(PYTHON):
        return "its Python is gone"
    if made.splitlines()[0] != ROOT:
        return "the checkout has moved"
    # The same name may come to stand for another Python, which would not see what is installed.
    return "" if made.splitlines()[-1] == os.path.realpath(PYTHON) else "its Python has changed"


def _origin() -> str:
    return "\n".join((ROOT, _VERSION, os.path.realpath(PYTHON)))


def _contents(kind: str) -> str:
    """What a finished installation of `kind` is known by."""
    digest = hashlib.sha256(_read(_MADE).encode())
    for name in (f"requirements/{kind}.txt", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return f"{kind} {digest.hexdigest()}"


def _create() -> None:
    import system_packages
    from children import Failed, run

    output = ""
    if run([_BASE, "-c", "import ensurepip"]).code == 0:
        code, output = run([_BASE, "-m", "venv", VENV])
        if code == 0:
            return
        _remove()
    if run([_BASE, "-m", "venv", "--without-pip", VENV]).code == 0 and _works(_pip_from_outside()):
        return
    _remove()
    package = f"python{_VERSION}-venv"
    if system_packages.install(package) and run([_BASE, "-m", "venv", VENV]).code == 0:
        return
    _remove()
    raise Failed(
        f"cannot make a virtual environment: {_BASE} has no ensurepip; install {package}", output
    )


def _pip() -> list[str]:
    inside = [PYTHON, "-m", "pip"]
    return inside if _works(inside) else _pip_from_outside()


def _pip_from_outside() -> list[str]:
    return [_BASE, "-m", "pip", "--python", PYTHON]


def _works(command: list[str]) -> bool:
    from children import run

    return run([*command, "--version"]).code == 0


def _remove() -> None:
    import shutil

    # Its notes first: whatever an interrupted removal leaves must not look whole.
    with contextlib.suppress(OSError):
        os.unlink(_MADE)
    if os.path.isdir(VENV) and not os.path.islink(VENV):
        shutil.rmtree(VENV)
    elif os.path.lexists(VENV):
        os.unlink(VENV)


def _forget_contents() -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_FILLED)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Only one of us at a time works on the environment; the others wait, and find it done."""
    import fcntl
    import time

    from children import stop_when_asked

    folder = os.open(os.path.join(ROOT, "requirements"), os.O_RDONLY)
    try:
        has_told = False
        while True:
            stop_when_asked()
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not has_told:
                    print("Waiting for another make that prepares .venv", flush=True)
                    has_told = True
                time.sleep(0.2)
        yield
    finally:
        os.close(folder)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def _write(path: str, text: str) -> None:
    """Write the note whole or not at all."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)
