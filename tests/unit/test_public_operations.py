"""What `stillwatch.operations` promises to packages outside."""

import ast
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import stillwatch
from stillwatch.operations import Interruption, Operation, Retry, Run, Scope, operation, option


def nothing(run: Run) -> None:
    pass


def test_it_needs_the_standard_library_alone() -> None:
    source = Path(stillwatch.__file__).with_name("operations.py").read_text()
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported <= set(sys.stdlib_module_names)


def test_it_can_be_imported_where_nothing_is_installed(tmp_path: Path) -> None:
    folder = Path(stillwatch.__file__).parent
    copied = tmp_path / "stillwatch"
    copied.mkdir()
    for name in ("__init__.py", "operations.py"):
        (copied / name).write_text((folder / name).read_text())

    subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import sys; sys.path.insert(0, sys.argv[1]);"
         "import stillwatch.operations", str(tmp_path)],
        check=True,
    )  # fmt: skip


def test_the_decorator_takes_the_description_from_the_docstring() -> None:
    @operation("sample.work", "Sample", scope=Scope.TENANT, concurrency=2)
    def work(run: Run) -> None:
        """Does something."""

    assert isinstance(work, Operation)
    assert (work.description, work.scope, work.concurrency) == ("Does something.", Scope.TENANT, 2)


@pytest.mark.parametrize(
    ("declare", "problem"),
    [
        (lambda: Operation("Sample", "Sample", nothing), "area.deed"),
        (lambda: Operation("sample work.x", "Sample", nothing), "area.deed"),
        (lambda: Operation("a." + "b" * 90, "Sample", nothing), "area.deed"),
        (lambda: Operation("sample.work", " ", nothing), "title"),
        (lambda: Operation("sample.work", "S", nothing, scope="tenant"), "scope"),  # type: ignore[arg-type]
        (lambda: Operation("sample.work", "S", nothing, timeout=timedelta(0)), "timeout"),
        (lambda: Operation("sample.work", "S", nothing, timeout=60), "timeout"),  # type: ignore[arg-type]
        (lambda: Operation("sample.work", "S", nothing, retry=3), "retry"),  # type: ignore[arg-type]
        (lambda: Operation("sample.work", "S", nothing, concurrency=0), "concurrency"),
        (lambda: Operation("sample.work", "S", nothing, concurrency=True), "concurrency"),
        (lambda: Operation("sample.work", "S", nothing, options=Retry), "(run, options)"),
        (lambda: Operation("sample.work", "S", lambda: None), "(run)"),
        (lambda: Operation("sample.work", "S", "text"), "(run)"),  # type: ignore[arg-type]
        (lambda: Retry(0), "attempt"),
        (lambda: Retry(2, timedelta(seconds=-1)), "delay"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_is_declared(
    declare: Callable[[], Any], problem: str
) -> None:
    with pytest.raises(ValueError) as refusal:
        declare()

    assert problem in str(refusal.value)


def test_anything_that_can_be_called_so_is_a_handler() -> None:
    class Worker:
        async def __call__(self, run: Run) -> None:
            pass

    for handler in (Worker(), partial(nothing), print):
        assert Operation("sample.work", "Sample", handler).handler is handler


def test_no_broad_handler_swallows_an_interruption() -> None:
    assert not issubclass(Interruption, Exception)


def test_a_list_is_a_default_of_each_instance_s_own() -> None:
    @dataclass
    class Options:
        groups: list[str] = option(["a"])

    one, other = Options(), Options()
    one.groups.append("b")

    assert other.groups == ["a"]
    assert fields(Options)[0].metadata == {}
