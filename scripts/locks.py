"""`make lock`: the newest versions that pyproject.toml allows, with hashes, for every platform."""

import os

import environment
from children import Failed, run, step

_UV = os.path.join(environment.VENV, "bin", "uv")
# A lock must say nothing about the machine that made it: no index, no path, no settings.
_OPTIONS = [
    "--no-config",
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--upgrade",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--quiet",
]


def compile_all() -> int:
    """Compile both locks again; what they share has one version."""
    environment.make()
    if not os.path.exists(_UV):
        with step("Installing uv"):
            environment.pip("install", "uv")
    dev = "requirements/dev.txt"
    _compile(dev, "--extra", "console", "--extra", "dev")
    _compile("requirements/console.txt", "--extra", "console", "--constraints", dev)
    return 0


def _compile(path: str, *arguments: str) -> None:
    env = os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    command = [_UV, "pip", "compile", *_OPTIONS, *arguments, "pyproject.toml", "-o", path]
    with step(f"Compiling {path}"):
        ending = run(command, env)
        if ending.code != 0:
            raise Failed(f"cannot compile {path}, see above", ending.output)
