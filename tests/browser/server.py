"""A real server in a process of its own, its database, and its metrics."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from services.metrics import PAGE_REFUSALS, SOCKET_LIMITS
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "browser-tests-only"
_OCTOBER = (
    '{"from": "2026-10-01T00:00:00+00:00", "to": "2026-11-01T00:00:00+00:00", '
    '"sections": ["runs", "failures", "access", "audit", "packs"]}'
)
_NOT_OURS = ("NICEGUI_", "STILLWATCH_", "PYTEST_")


class Server:
    """`stillwatch serve` on a free port over a data folder of its own."""

    command: tuple[str, ...] = ("-m", "stillwatch", "serve")

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **{
                k: v for k, v in os.environ.items() if not k.startswith(("NICEGUI_", "STILLWATCH_"))
            },
            "STILLWATCH_DATA_DIR": str(data_dir),
            "STILLWATCH_PORT": str(self.port),
            "STILLWATCH_DEMO": "1",
            "STILLWATCH_DEMO_PASSWORD": PASSWORD,
            "STILLWATCH_WORKERS": "1",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.log = data_dir / "server.log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        wait_until(self._is_up, 30, lambda: self.log.read_text())

    def run_to_its_end(self) -> tuple[int, str]:
        """Start where it is expected to refuse; return its exit status and what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "stillwatch", "serve"],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(20)
            self._process = None

    def metric(self, name: str, **labels: str) -> float:
        """The value of the one sample of /metrics with this name and these labels."""
        with urllib.request.urlopen(f"{self.url}/metrics") as response:
            text = response.read().decode()
        samples = (s for family in text_string_to_metric_families(text) for s in family.samples)
        values = [s.value for s in samples if s.name == name and s.labels == labels]
        assert len(values) == 1, f"{name} {labels} is not in /metrics"
        return values[0]

    def limited(self) -> dict[str, float]:
        """How often a limit was met, by its reason; empty when never."""
        met = {
            **{f"page: {why}": ("page", why) for why in PAGE_REFUSALS},
            **{f"socket: {why}": ("socket", why) for why in SOCKET_LIMITS},
        }
        counts = {
            told: self.metric(f"stillwatch_{kind}_refusals_total", reason=why)
            for told, (kind, why) in met.items()
        }
        counts["held"] = self.metric("stillwatch_sockets_held_total")
        return {told: count for told, count in counts.items() if count}

    def execute(self, sql: str, *values: object) -> int:
        """Write as another program would, straight into the file; return the new row's id."""
        with closing(sqlite3.connect(self.data_dir / "stillwatch.db", timeout=10)) as database:
            cursor = database.execute(sql, values)
            database.commit()
            return cursor.lastrowid or 0

    def add_run(self, status: str = "running", age: float = 0.0, **columns: object) -> int:
        """A run of northwind that an outside program is said to do."""
        began = text_time(datetime.now(UTC) - timedelta(seconds=age))
        row = {
            "workspace_id": 1,
            "type": "directory.sync",
            "status": status,
            "runner": "external",
            "created_at": began,
            "started_at": None if status == "queued" else began,
            **columns,
        }
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        return self.execute(f"INSERT INTO operation_run ({names}) VALUES ({marks})", *row.values())

    def finish(self, run_id: int, outcome: str = "succeeded") -> None:
        self.execute(
            "UPDATE operation_run SET status='completed', outcome=?, completed_at=?, "
            "version=version+1 WHERE id=?",
            outcome,
            text_time(datetime.now(UTC)),
            run_id,
        )

    def add_pack(self, status: str, run_status: str | None = None, **columns: object) -> int:
        """A pack of contoso that another program is said to make; `run_status` gives it a run."""
        now = text_time(datetime.now(UTC))
        row: dict[str, object] = {
            "workspace_id": 1,
            "tenant_id": 1,
            "status": status,
            "initiated_by_user_id": 1,
            "options": _OCTOBER,
            "created_at": now,
            "updated_at": now,
            **columns,
        }
        if run_status is not None:
            row["operation_run_id"] = self.add_run(
                run_status, type="review_pack.generate", tenant_id=1
            )
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        return self.execute(f"INSERT INTO review_pack ({names}) VALUES ({marks})", *row.values())

    def change_pack(self, pack_id: int, **columns: object) -> None:
        """Write these columns of a pack, and when that was."""
        row = {"updated_at": text_time(datetime.now(UTC)), **columns}
        names = ", ".join(f"{name}=?" for name in row)
        self.execute(f"UPDATE review_pack SET {names} WHERE id=?", *row.values(), pack_id)

    def count(self, sql: str, *values: object) -> int:
        """The number that a query gives."""
        with closing(sqlite3.connect(self.data_dir / "stillwatch.db", timeout=10)) as database:
            return int(database.execute(sql, values).fetchone()[0])

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def text_time(moment: datetime) -> str:
    """A time as SQLite stores it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
