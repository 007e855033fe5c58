"""Packages of the operating system, where we may install them without asking anyone."""

import os
import shutil

from children import run

_LIMIT_SECONDS = 600.0


def install(package: str) -> bool:
    """Install `package` with apt-get; False where that is not possible."""
    prefix = _prefix()
    if prefix is None:
        return False
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    # An update that fails in part is common, and what is known already may be enough.
    run([*apt_get, "update"], limit=_LIMIT_SECONDS)
    return run([*apt_get, "install", "-y", package], limit=_LIMIT_SECONDS).code == 0


def can_install() -> bool:
    """Whether `install` has a chance here."""
    return _prefix() is not None


def _prefix() -> list[str] | None:
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run(["sudo", "-n", "true"]).code == 0:
        return ["sudo", "-n"]
    return None
