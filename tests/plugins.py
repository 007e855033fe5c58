"""Packages with operations, as an installer leaves them: a module, and its metadata beside it."""

from collections.abc import Mapping
from pathlib import Path

HEADER = """\
from dataclasses import dataclass
from typing import Any, Literal

from stillwatch.operations import Operation, Run, Scope, operation, option
"""


def install(
    folder: Path, name: str, entry_points: Mapping[str, str], source: str, version: str = "1.0"
) -> None:
    """Put the package `name` into `folder`, with entry points of our group."""
    metadata = folder / f"{name}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
    )
    lines = [f"{point} = {target}" for point, target in entry_points.items()]
    (metadata / "entry_points.txt").write_text(
        "\n".join(["[stillwatch.operations]", *lines, ""]), encoding="utf-8"
    )
    (folder / f"{name}.py").write_text(HEADER + source, encoding="utf-8")
