"""The policy reads no clock, no database and no settings."""

import ast
from pathlib import Path

import policy

FORBIDDEN_MODULES = {"time", "random", "os", "sqlalchemy", "sqlmodel", "nicegui", "settings"}
FORBIDDEN_CALLS = {"now", "utcnow", "today", "time", "monotonic"}


def impurities(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names} & FORBIDDEN_MODULES
        if isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").partition(".")[0]} & FORBIDDEN_MODULES
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found |= {node.func.attr} & FORBIDDEN_CALLS
    return found


def test_the_policy_is_pure() -> None:
    for path in Path(policy.__file__).parent.glob("*.py"):
        assert impurities(path.read_text()) == set(), path.name


def test_the_check_would_notice() -> None:
    assert impurities("import time\ndatetime.now()") == {"time", "now"}
