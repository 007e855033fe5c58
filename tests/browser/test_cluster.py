"""`make cluster`, as a person starts and stops it."""

import contextlib
import http.client
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.postgres_server import free_port
from tests.browser.server import PASSWORD, ROOT
from tests.waiting import wait_until


class Cluster:
    """`make cluster` on a free port over a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "cluster.log"
        self.make: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        own = {k: v for k, v in os.environ.items() if not k.startswith(("NICEGUI_", "STILLWATCH_"))}
        with self.log.open("wb") as log:
            self.make = subprocess.Popen(
                ["make", "cluster"],
                cwd=ROOT,
                env={
                    **own,
                    "STILLWATCH_DATA_DIR": str(self.folder),
                    "STILLWATCH_PORT": self.url.rpartition(":")[2],
                    "STILLWATCH_DEMO_PASSWORD": PASSWORD,
                },
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: self.url in self.said(), 60, self.said)

    def said(self) -> str:
        return self.log.read_text()

    def processes(self, command: str = "") -> list[psutil.Process]:
        """Everything that make has started, or what of it is a `stillwatch` with that command."""
        assert self.make is not None
        family = psutil.Process(self.make.pid).children(recursive=True)
        return [process for process in family if not command or has_command(process, command)]

    def webs(self) -> dict[int, str]:
        """Process number to address, of those web processes that are ready."""
        found = {}
        for process in self.processes("serve"):
            with contextlib.suppress(psutil.Error):  # it is ending just now
                found[process.pid] = f"http://127.0.0.1:{process.environ()['STILLWATCH_PORT']}"
        return {pid: url for pid, url in found.items() if is_ready(url)}

    def stop(self) -> None:
        """Tell make alone, as a service manager would."""
        if self.make is not None:
            self.make.send_signal(signal.SIGTERM)
            self.make.wait(30)
            self.make = None


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def tab(chromium: BrowserContext) -> Iterator[Page]:
    chromium.clear_cookies()
    tab = chromium.new_page()
    yield tab
    tab.close()


def has_command(process: psutil.Process, command: str) -> bool:
    try:
        return process.cmdline()[-1:] == [command]
    except psutil.Error:
        return False


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def sign_in(tab: Page, cluster: Cluster) -> None:
    tab.goto(f"{cluster.url}/operations")
    tab.fill("[name=email]", "operator@example.test")
    tab.fill("[name=password]", PASSWORD)
    tab.click("button[type=submit]")


def test_a_page_and_its_socket_reach_the_same_web_process(cluster: Cluster, tab: Page) -> None:
    sign_in(tab, cluster)

    badge = tab.get_by_test_id("refresh-badge")
    expect(badge).to_have_attribute("data-reason", "live")


def test_it_is_the_size_that_was_promised(cluster: Cluster) -> None:
    assert len(cluster.processes("serve")) == 2
    wait_until(lambda: len(cluster.processes("worker")) == 2, 10)


def test_a_web_process_that_is_killed_is_stood_in_for_and_comes_back(
    cluster: Cluster, tab: Page
) -> None:
    sign_in(tab, cluster)
    badge = tab.get_by_test_id("refresh-badge")
    expect(badge).to_have_attribute("data-reason", "live")
    for web in cluster.webs():
        os.kill(web, signal.SIGKILL)

        wait_until(lambda: is_ready(cluster.url), 2)  # long before the other is back
        wait_until(lambda w=web: len(cluster.webs().keys() - {w}) == 2, 20, cluster.said)

    expect(badge).to_have_attribute("data-reason", "live", timeout=20_000)


def test_metrics_are_not_for_those_who_come_through_the_door(cluster: Cluster) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"{cluster.url}/metrics", timeout=5)

    with refusal.value as answer:
        assert answer.code == 404


def test_the_commands_find_the_cluster_by_the_file_that_it_names(cluster: Cluster) -> None:
    file = cluster.folder / "cluster" / "environment"
    command = f"set -a; . '{file}'; python -m stillwatch workspace add later"

    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "workspace later added\n"), done.stderr
    assert file.stat().st_mode & 0o077 == 0


def test_when_make_is_told_to_stop_nothing_stays_behind(cluster: Cluster) -> None:
    family = cluster.processes()

    cluster.stop()

    wait_until(lambda: not any(process.is_running() for process in family), 5)
