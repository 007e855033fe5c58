"""What other programs import must cost them nothing."""

import subprocess
import sys

import pytest

HEAVY = ("sqlmodel", "sqlalchemy", "nicegui", "fastapi", "pydantic", "models", "services")


@pytest.mark.parametrize("module", ["stillwatch.client", "stillwatch.__main__"])
def test_the_client_and_the_command_bring_no_console_along(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(sys.modules))"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert module in loaded
    assert {name.partition(".")[0] for name in loaded} & set(HEAVY) == set()


def test_the_client_needs_the_standard_library_alone() -> None:
    code = (
        "import sys, stillwatch.client\n"
        "own = {name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names\n"
        "print(*sorted(own - {'__main__'}))"
    )

    loaded = subprocess.run(
        # Isolated from what `site` loads by itself for editable installs.
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert loaded == ["stillwatch"]
