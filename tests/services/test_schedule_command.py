"""`stillwatch schedule …` on either database."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.database import Database
from stillwatch.__main__ import main
from stillwatch.schedule_command import _value
from tests.services.runs import add_workspace
from tests.services.schedule_rows import add_schedule, stored_schedule


@pytest.fixture
def environment(database: Database, tmp_path: Path) -> dict[str, str]:
    return {
        "STILLWATCH_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "STILLWATCH_DATA_DIR": str(tmp_path),
        "STILLWATCH_SECRET_KEY": "sixteen characters at least",
    }


def run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner(env=environment).invoke(main, ["schedule", *words])


def test_a_schedule_is_added_listed_paused_resumed_and_removed(
    database: Database, environment: dict[str, str]
) -> None:
    add_workspace(database)

    daily = ("--workspace", "acme", "--cron", "0 3 * * *", "--time-zone", "Asia/Kolkata")
    added = run(environment, "add", "database.check", *daily)
    listed = run(environment, "list")
    paused = run(environment, "pause", "1")
    listed_paused = run(environment, "list")
    resumed = run(environment, "resume", "1")
    removed = run(environment, "remove", "1")

    assert added.output.startswith("schedule 1 added\n")
    assert listed.output.split()[:3] == ["1", "acme", "database.check"]
    assert listed.output.endswith(" 03:00 IST\n")
    assert listed_paused.output.endswith("  paused\n")
    assert [step.output for step in (paused, resumed, removed)] == [
        "schedule 1 paused\n",
        "schedule 1 resumed\n",
        "schedule 1 removed\n",
    ]
    assert run(environment, "list").output == ""


def test_options_are_kept_with_the_schedule(
    database: Database, environment: dict[str, str]
) -> None:
    add_workspace(database)

    words = ("--workspace=acme", "--cron=0 3 * * *")
    run(environment, "add", "database.check", *words, "--option=depth=full")
    refused = run(environment, "add", "database.check", *words, "--option=deep=true")

    assert stored_schedule(database, 1).options == {"depth": "full"}
    assert refused.exit_code == 1
    assert "deep" in refused.output


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("30", 30), ("a=b", "a=b"), ("NaN", "NaN")]
)
def test_an_option_is_json_where_it_reads_as_json_and_text_otherwise(
    text: str, value: object
) -> None:
    assert _value(text) == value


def test_an_overdue_schedule_says_since_when(
    database: Database, environment: dict[str, str]
) -> None:
    add_schedule(database, add_workspace(database), type="of.tomorrow")

    assert " overdue since " in run(environment, "list").output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pause", "7"], "There is no schedule 7."),
        (
            ["add", "database.check", "--workspace=nowhere", "--cron=0 3 * * *"],
            "There is no workspace 'nowhere'.",
        ),
        (
            ["add", "database.check", "--workspace=acme", "--cron=61 3 * * *"],
            "'61 3 * * *' is no cron expression: bad minute.",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_and_a_failure(
    database: Database, environment: dict[str, str], words: list[str], message: str
) -> None:
    add_workspace(database)

    done = run(environment, *words)

    assert (done.exit_code, done.stderr) == (1, f"Error: {message}\n")


@pytest.mark.parametrize("option", ["full", "=1", "a=1 a=2"])
def test_an_option_has_a_name_and_a_value_once(environment: dict[str, str], option: str) -> None:
    words = [f"--option={one}" for one in option.split()]

    done = run(environment, "add", "database.check", "--workspace=acme", "--cron=* * * * *", *words)

    assert done.exit_code == 2
    assert "--option" in done.stderr
