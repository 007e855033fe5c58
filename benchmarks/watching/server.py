"""The console under measurement: a server of its own on one core, and its metrics."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from benchmarks import process
from benchmarks.watching import world
from scripts.postgres_server import free_port

_ROOT = Path(__file__).resolve().parents[2]
_CORE = 0
_SECONDS_TO_START = 60.0
# All viewers come from one address here, which is what limits are there to prevent.
_LIMITS: Mapping[str, str] = {
    "STILLWATCH_ADDRESS_SOCKETS": "100000",
    "STILLWATCH_ADDRESS_PAGES": "1000000",
    "STILLWATCH_SESSION_PAGES": "1000000",
}

Sample = tuple[str, tuple[tuple[str, str], ...]]


class MeasuredServer:
    """A server process: what it has used, and what it says of itself."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid

    @property
    def processor_seconds(self) -> float:
        return process.processor_seconds(self.pid)

    @property
    def resident_kib(self) -> int:
        return process.resident_kib(self.pid)

    def metrics(self) -> dict[Sample, float]:
        """Every sample of /metrics now; empty where there is no such thing."""
        try:
            with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as response:
                text = response.read().decode()
        except urllib.error.HTTPError:
            return {}
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


def total(metrics: Mapping[Sample, float], name: str, **labels: str) -> float:
    """The sum of the samples with this name that have at least these labels."""
    wanted = set(labels.items())
    return sum(v for (n, found), v in metrics.items() if n == name and wanted <= set(found))


@contextmanager
def serving(
    data_dir: Path, command: tuple[str, ...] = ("-m", "stillwatch", "serve")
) -> Iterator[MeasuredServer]:
    """`command` as a server over `data_dir`, without workers of its own, with all else on."""
    port = free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("NICEGUI_", "STILLWATCH_"))},
        **_LIMITS,
        "PYTHONPATH": str(_ROOT),
        "STILLWATCH_DATA_DIR": str(data_dir),
        "STILLWATCH_PORT": str(port),
        "STILLWATCH_DEMO": "1",
        "STILLWATCH_DEMO_PASSWORD": world.PASSWORD,
        "STILLWATCH_WORKERS": "0",
        "STILLWATCH_LOG_LEVEL": "warning",
    }
    log_path = data_dir / "server.log"
    with (
        log_path.open("ab") as log,
        subprocess.Popen(
            [sys.executable, *command], cwd=_ROOT, env=environment, stdout=log, stderr=log
        ) as started,
    ):
        process.pin(started.pid, _CORE)
        server = MeasuredServer(f"http://127.0.0.1:{port}", started.pid)
        try:
            _wait_until_up(server, started, log_path)
            yield server
        finally:
            started.terminate()
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                started.kill()


def _wait_until_up(
    server: MeasuredServer, started: "subprocess.Popen[bytes]", log_path: Path
) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline:
        if started.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server does not start:\n{log_path.read_text()}")
