"""Nobody but `OperationRunService` writes the columns of a run's life."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The owner, and the statements that it alone executes.
OWNERS = {
    ROOT / "services" / "operation_run_service.py",
    ROOT / "services" / "run_statements.py",
    # Whole runs that are over go, by their workspace's retention; no column of a life is written.
    ROOT / "services" / "pruning" / "runs.py",
}
READABLE = {"HAS_ROOM", "NEXT_CLAIMABLE", "RUN"}
TABLES = {"OperationRun", "RUN"}
FOLDERS = ("models", "policy", "services", "jobs", "api", "ui", "stillwatch")
COLUMNS = {
    "status",
    "outcome",
    "started_at",
    "completed_at",
    "attempt",
    "deliveries",
    "version",
    "lease_token",
    "lease_owner",
    "lease_until",
    "heartbeat_at",
    "cancel_requested_at",
    "active_key",
}
WRITERS = {"update", "insert", "delete", "OperationRun"}


def offences(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                is_own = isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self"
                if isinstance(target, ast.Attribute) and target.attr in COLUMNS and not is_own:
                    yield ast.unparse(node)
        if isinstance(node, ast.Call):
            # `update(…)` and `sqlalchemy.update(…)` alike, of the class or of its table.
            name = ast.unparse(node.func).rpartition(".")[2]
            written = {part for arg in node.args for part in ast.unparse(arg).split(".")}
            if name == "OperationRun" or (name in WRITERS and TABLES & written):
                yield ast.unparse(node)
            # `RUN.update()`, `OperationRun.__table__.delete()`, `tables["operation_run"].insert()`
            owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            if name in WRITERS and (TABLES & set(owner.split(".")) or "operation_run" in owner):
                yield ast.unparse(node)
            if name == "setattr" and any(ast.unparse(arg)[1:-1] in COLUMNS for arg in node.args):
                yield ast.unparse(node)
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if ("run_statements" in str(node.module) and names - READABLE) or (
                "run_statements" in names
            ):
                yield ast.unparse(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.lower().split()
            if words[:2] == ["update", "operation_run"] or (
                words[1:3]
                in (
                    ["into", "operation_run"],
                    ["from", "operation_run"],
                )
                and words[0] in ("insert", "delete")
            ):
                yield node.value


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from (ROOT / folder).rglob("*.py")
    yield from (ROOT / "main.py", ROOT / "seed_data.py", ROOT / "settings.py")


def test_only_the_service_writes_a_run_s_life() -> None:
    found = {
        str(path.relative_to(ROOT)): list(offences(path.read_text()))
        for path in sources()
        if path not in OWNERS
    }

    assert {path: lines for path, lines in found.items() if lines} == {}


def test_the_check_sees_every_way_of_writing() -> None:
    for snippet in (
        "run.status = 'running'",
        "run.version += 1",
        "session.execute(update(OperationRun).values(x=1))",
        "session.add(OperationRun(type='x'))",
        "execute('UPDATE operation_run SET status = 1')",
        "session.execute(sqlalchemy.update(OperationRun).values(x=1))",
        "session.execute(insert(OperationRun.__table__))",
        "session.add(models.OperationRun(type='x'))",
        "setattr(run, 'outcome', 'failed')",
        "session.execute(update(RUN).values(status='x'))",
        "from services.run_statements import move",
        "session.execute(RUN.update())",
        "session.execute(OperationRun.__table__.delete())",
        "session.execute(metadata.tables['operation_run'].insert())",
        "execute('DELETE FROM operation_run')",
        "run.heartbeat_at = now",
    ):
        assert list(offences(snippet)), snippet
