"""`stillwatch exec` with real children: what it passes on, what it reports, what it survives."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from services.database import Database
from services.operation_run_service import OperationRunService
from tests.services.programs import Console, add_token, add_world, served
from tests.services.runs import stored, trail
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
RUNS = SQLModel.metadata.tables["operation_run"]
LEASE = timedelta(seconds=2)
EXEC = [sys.executable, "-m", "stillwatch", "exec"]


@pytest.fixture
def console(sqlite_database: Database) -> Iterator[Console]:
    add_world(sqlite_database)
    with served(sqlite_database, LEASE) as console:
        yield console


@pytest.fixture
def environment(sqlite_database: Database, console: Console) -> dict[str, str]:
    own = {name: text for name, text in os.environ.items() if not name.startswith("STILLWATCH_")}
    token = add_token(sqlite_database)
    path = os.pathsep.join((str(Path(sys.executable).parent), own.get("PATH", "")))
    return own | {"STILLWATCH_URL": console.url, "STILLWATCH_TOKEN": token, "PATH": path}


@pytest.fixture
def started(environment: dict[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """What a test leaves running is ended with it."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.terminate()  # which reaches the command, too
        process.communicate(timeout=20)


def carry_out(
    environment: dict[str, str], *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*EXEC, *arguments],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def start(
    started: list[subprocess.Popen[bytes]], environment: dict[str, str], *arguments: str
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [*EXEC, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    started.append(process)
    return process


def said(process: subprocess.Popen[bytes]) -> int:
    """The number that the child writes first: its process id."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def only_run(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(select(RUNS.c.id)).scalar_one())


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def cancel(database: Database, run_id: int) -> None:
    with database.writing() as session:
        OperationRunService(session).cancel(run_id, 0, None)


def test_a_command_that_succeeds_passes_everything_through(
    sqlite_database: Database, environment: dict[str, str]
) -> None:
    code = "import sys; print(sys.stdin.read().upper()); print('warned', file=sys.stderr)"

    done = carry_out(
        environment,
        *("--type", "nightly.export", "--tenant", "contoso", "--key", "night"),
        *("--context", "files=3", "--", sys.executable, "-c", code),
        stdin="hello",
    )

    run = stored(sqlite_database, only_run(sqlite_database))
    assert (done.returncode, done.stdout, done.stderr) == (0, "HELLO\n", "warned\n")
    assert (run.type, run.outcome, run.context) == ("nightly.export", "succeeded", {"files": "3"})


def test_a_command_that_fails_is_reported_with_its_code_and_last_words(
    sqlite_database: Database, environment: dict[str, str]
) -> None:
    code = "import sys; [print(f'line {n}', file=sys.stderr) for n in range(9999)]; sys.exit(3)"

    done = carry_out(environment, sys.executable, "-c", code)

    run = stored(sqlite_database, only_run(sqlite_database))
    (group,) = run.failure_summary
    assert done.returncode == 3
    assert done.stderr.count("\n") == 9999
    assert run.outcome == "failed"
    assert (group["code"], group["message"]) == (
        "exit_code",
        "The command ended with exit code 3.",
    )
    assert group["sample"].startswith("line ")
    assert group["sample"].endswith("line 9998")
    assert len(group["sample"]) <= 4000


def test_a_command_ended_by_a_signal_gives_128_and_the_signal(
    sqlite_database: Database, environment: dict[str, str]
) -> None:
    done = carry_out(environment, "--", "sh", "-c", "kill -KILL $$")

    run = stored(sqlite_database, only_run(sqlite_database))
    assert done.returncode == 128 + signal.SIGKILL
    assert run.failure_summary[0]["message"] == "The command was ended by SIGKILL."
    assert run.type == "exec.sh"


def test_a_command_that_cannot_start_fails_its_run(
    sqlite_database: Database, environment: dict[str, str], tmp_path: Path
) -> None:
    missing = carry_out(environment, "/nowhere/at/all")
    forbidden = carry_out(environment, str(tmp_path))

    assert (missing.returncode, forbidden.returncode) == (127, 126)
    with sqlite_database.reading() as session:
        outcomes = session.execute(select(RUNS.c.outcome)).scalars().all()
    assert outcomes == ["failed", "failed"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_passed_on_to_the_command(
    sqlite_database: Database,
    environment: dict[str, str],
    started: list[subprocess.Popen[bytes]],
    number: signal.Signals,
) -> None:
    process = start(started, environment, "--", "sh", "-c", "echo $$; exec sleep 60")
    child = said(process)

    process.send_signal(number)

    assert process.wait(20) == 128 + number
    assert not is_alive(child)
    run = stored(sqlite_database, only_run(sqlite_database))
    assert run.failure_summary[0]["message"] == f"The command was ended by {number.name}."


def test_a_cancelled_command_is_ended_with_all_its_children(
    sqlite_database: Database,
    environment: dict[str, str],
    started: list[subprocess.Popen[bytes]],
) -> None:
    process = start(started, environment, "--", "sh", "-c", "sleep 60 & echo $!; wait")
    grandchild = said(process)

    cancel(sqlite_database, only_run(sqlite_database))

    assert process.wait(20) == 128 + signal.SIGTERM
    assert not is_alive(grandchild)
    assert stored(sqlite_database, only_run(sqlite_database)).outcome == "cancelled"


def test_what_does_not_end_by_itself_is_killed_after_the_grace(
    sqlite_database: Database,
    environment: dict[str, str],
    started: list[subprocess.Popen[bytes]],
) -> None:
    stubborn = "trap '' TERM; echo $$; while :; do sleep 1; done"
    process = start(started, environment, "--grace", "0.2", "--", "sh", "-c", stubborn)
    child = said(process)

    cancel(sqlite_database, only_run(sqlite_database))

    assert process.wait(20) == 128 + signal.SIGKILL
    assert not is_alive(child)
    assert stored(sqlite_database, only_run(sqlite_database)).outcome == "cancelled"


def test_a_key_that_is_active_is_not_done_twice(
    environment: dict[str, str], started: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    said(start(started, environment, "--key", "night", "--", "sh", "-c", "echo 1; exec sleep 60"))

    second = carry_out(environment, "--key", "night", "--", "touch", str(tmp_path / "done"))

    assert second.returncode == 75
    assert "is running already" in second.stderr
    assert not (tmp_path / "done").exists()


def test_without_a_console_the_work_is_done_all_the_same(
    environment: dict[str, str], console: Console
) -> None:
    console.stop()
    code = "import os; print(sorted(n for n in os.environ if n.startswith('STILLWATCH_RUN')))"
    command = ("--patience", "0.2", "--", sys.executable, "-c", code)
    outside = environment | {"STILLWATCH_RUN_ID": "1", "STILLWATCH_RUN_TOKEN": "x"}

    done = carry_out(outside, *command)
    refused = carry_out(environment, "--require-console", *command)
    unset = carry_out({**environment, "STILLWATCH_TOKEN": ""}, *command)

    console.start()
    assert (done.returncode, done.stdout) == (0, "[]\n")
    assert "stillwatch: the command runs unwatched: The console does not answer" in done.stderr
    assert (refused.returncode, refused.stdout) == (69, "")
    assert (unset.returncode, unset.stdout) == (0, "[]\n")
    assert "STILLWATCH_TOKEN is not set" in unset.stderr


def test_a_console_that_restarts_meanwhile_hears_the_end(
    sqlite_database: Database,
    environment: dict[str, str],
    started: list[subprocess.Popen[bytes]],
    console: Console,
    tmp_path: Path,
) -> None:
    pipe = tmp_path / "go"
    os.mkfifo(pipe)
    process = start(started, environment, "--", "sh", "-c", f"echo 1; cat {pipe}")
    said(process)

    console.stop()
    pipe.write_text("on\n")
    console.start()

    assert process.wait(20) == 0
    assert stored(sqlite_database, only_run(sqlite_database)).outcome == "succeeded"


def test_exec_killed_with_9_is_lost_contact_within_lease_and_sweep(
    sqlite_database: Database,
    environment: dict[str, str],
    started: list[subprocess.Popen[bytes]],
) -> None:
    process = start(started, environment, "--", "sh", "-c", "echo $$; exec sleep 60")
    child = said(process)
    run_id = only_run(sqlite_database)

    process.kill()

    wait_until(lambda: stored(sqlite_database, run_id).status == "completed", 10)
    run = stored(sqlite_database, run_id)
    os.kill(child, signal.SIGKILL)
    assert (run.outcome, run.failure_summary[0]["code"]) == ("failed", "lost_contact")


def test_exec_frozen_past_its_lease_reports_late_and_it_is_kept(
    sqlite_database: Database,
    environment: dict[str, str],
    started: list[subprocess.Popen[bytes]],
    tmp_path: Path,
) -> None:
    pipe = tmp_path / "go"
    os.mkfifo(pipe)
    process = start(started, environment, "--", "sh", "-c", f"echo 1; cat {pipe}")
    said(process)
    run_id = only_run(sqlite_database)

    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: stored(sqlite_database, run_id).status == "completed", 10)
    pipe.write_text("on\n")
    process.send_signal(signal.SIGCONT)

    assert process.wait(20) == 0
    assert b"kept as evidence" in process.communicate()[1]
    run = stored(sqlite_database, run_id)
    assert (run.outcome, run.failure_summary[0]["code"]) == ("failed", "lost_contact")
    with sqlite_database.reading() as session:
        assert trail(session, run_id)[-1] == "run.late_report"


def test_the_command_reports_how_far_it_is(
    sqlite_database: Database, environment: dict[str, str]
) -> None:
    inside = "stillwatch report --total 9 --processed 4 && echo done"

    done = carry_out(environment, "--", "sh", "-c", inside)
    outside = subprocess.run(
        [sys.executable, "-m", "stillwatch", "report", "--processed", "1"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )

    run = stored(sqlite_database, only_run(sqlite_database))
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert run.summary_counts == {"total": 9, "processed": 4}
    assert (outside.returncode, outside.stderr) == (0, b"")


class Screen:
    """`stillwatch exec` in a session of its own on a terminal of its own, as behind a login."""

    def __init__(self, environment: dict[str, str], command: str) -> None:
        on_terminal = "import os, pty, sys; s = pty.spawn(sys.argv[1:]); sys.exit(s >> 8)"
        self._process = subprocess.Popen(
            [sys.executable, "-c", on_terminal, *EXEC, "--", "sh", "-c", command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self.shown = b""

    def type(self, keys: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(keys)

    def wait_for(self, text: str) -> str:
        """The line that begins with `text`, without it."""
        assert self._process.stdout is not None
        start = f"\n{text}".encode()
        while b"\r" not in self.shown.partition(start)[2]:
            piece = self._process.stdout.read(1024)
            assert piece, self.shown
            self.shown += piece
        return self.shown.partition(start)[2].partition(b"\r")[0].decode()

    def wait(self) -> int:
        self._process.communicate(timeout=20)
        return self._process.returncode


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_on_a_terminal_the_command_reads_it_and_gets_its_ctrl_c(
    sqlite_database: Database, environment: dict[str, str]
) -> None:
    screen = Screen(environment, "read line; echo got $line; exec sleep 60")
    screen.type(b"hello\n")
    assert screen.wait_for("got ") == "hello"

    screen.type(b"\x03")

    assert screen.wait() == 128 + signal.SIGINT
    run = stored(sqlite_database, only_run(sqlite_database))
    assert run.failure_summary[0]["message"] == "The command was ended by SIGINT."


def test_on_a_terminal_ctrl_z_suspends_both_until_they_are_continued(
    sqlite_database: Database, environment: dict[str, str]
) -> None:
    screen = Screen(environment, "read a; echo parent $PPID; read b; echo then $b")
    screen.type(b"\n")
    exec_pid = int(screen.wait_for("parent "))

    screen.type(b"\x1a")
    wait_until(lambda: state(exec_pid) == "T")
    os.kill(exec_pid, signal.SIGCONT)
    screen.type(b"on\n")

    assert screen.wait_for("then ") == "on"
    assert screen.wait() == 0
    assert stored(sqlite_database, only_run(sqlite_database)).outcome == "succeeded"
