"""Operations out of installed packages; what is broken is left out, named, and harms nothing."""

import logging
from pathlib import Path

import pytest
from click.testing import CliRunner

from jobs.discovery import BUILT_IN, find_operations, installed_operations
from stillwatch.__main__ import main
from stillwatch.operations import Scope
from tests.plugins import install

GOOD = """
@operation("{name}.work", "Good work", scope=Scope.TENANT, concurrency=2)
def work(run: Run) -> None:
    "Does it."
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_what_is_asked_for_in_a_place_of_its_own_is_not_offered_by_its_type() -> None:
    found = find_operations()

    assert "review_pack.generate" in found.operations
    assert "review_pack.generate" not in found.offers
    assert "evidence.verify" in found.offers


def test_the_console_s_own_come_first(packages: Path) -> None:
    install(packages, "aa_first", {"work": "aa_first:work"}, GOOD.format(name="aa"))

    found = find_operations()

    own = ["database.check", "evidence.verify", "database.backup", "retention.prune"]
    own += ["review_pack.generate", "runs.bulk", "notifications.send"]
    assert list(found.operations) == [*own, "aa.work"]
    assert list(found.origins.values()) == [*[BUILT_IN] * len(own), "from aa_first 1.0"]
    assert found.problems == []


def test_an_offer_is_what_was_declared(packages: Path) -> None:
    install(packages, "declared", {"work": "declared:work"}, GOOD.format(name="declared"))

    offer = find_operations().offers["declared.work"]

    assert (offer.title, offer.description) == ("Good work", "Does it.")
    assert (offer.scope, offer.concurrency, offer.options) == (Scope.TENANT, 2, None)


def test_an_entry_point_may_give_one_or_many_or_a_function_that_does(packages: Path) -> None:
    source = """
def declare(kind):
    return Operation(kind, "Work", lambda run: None)

one = declare("many.one")
some = [declare("many.two"), declare("many.three")]
def later():
    return (declare(kind) for kind in ("many.four", "many.five"))
"""
    points = {"a": "many:one", "b": "many:some", "c": "many:later"}
    install(packages, "many", points, source)

    found = find_operations()

    names = [kind for kind in found.operations if kind.startswith("many.")]
    assert names == ["many.one", "many.two", "many.three", "many.four", "many.five"]
    assert found.problems == []


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("no_module", "import not_installed_anywhere", "ModuleNotFoundError"),
        ("bad_syntax", "def work(:", "SyntaxError"),
        ("exits", "raise SystemExit(1)", "SystemExit"),
        ("no_such_name", "x = 1", "AttributeError"),
        ("wrong_object", "work = 5", "TypeError"),
        ("wrong_entry", "work = ['text']", "'text' is no stillwatch.operations.Operation"),
        ("function_fails", "def work(): raise RuntimeError('boom')", "RuntimeError: boom"),
        ("bad_type", "work = Operation('Work', 'W', print)", "area.deed"),
        ("taken", "work = Operation('database.check', 'W', print)", "is there already, built in"),
        (
            "no_form",
            "work = Operation('no.form', 'W', lambda run, options: None, options=dict)",
            "left out: the options are no dataclass and no model",
        ),
        (
            "no_field",
            "@dataclass\nclass Options:\n    x: dict[str, int]\n\n"
            "work = Operation('no.field', 'W', lambda run, options: None, options=Options)",
            "left out: option 'x': object has no field in a form",
        ),
    ],
)
def test_a_broken_one_costs_one_line_and_the_rest_works(
    packages: Path, caplog: pytest.LogCaptureFixture, name: str, source: str, reason: str
) -> None:
    install(packages, name, {"it": f"{name}:work"}, source, "0.3")
    install(packages, f"next_to_{name}", {"it": f"next_to_{name}:work"}, GOOD.format(name=name))

    with caplog.at_level(logging.ERROR, "stillwatch.operations"):
        found = installed_operations()

    assert {"database.check", f"{name}.work"} <= set(found.operations)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"Operation plug-in 'it' from {name} 0.3 is left out: ")
    assert reason in line
    assert "\n" not in line


def test_of_a_list_only_the_broken_one_is_left_out(packages: Path) -> None:
    source = "work = [5, Operation('half.good', 'W', print), Operation('half.good', 'W', print)]"
    install(packages, "half", {"it": "half:work"}, source)

    found = find_operations()

    assert "half.good" in found.operations
    assert len(found.problems) == 2


def test_metadata_that_cannot_be_read_harms_nobody(packages: Path) -> None:
    install(packages, "torn", {"it": "torn:work"}, GOOD.format(name="torn"))
    (packages / "torn-1.0.dist-info" / "entry_points.txt").write_bytes(b"[stillwatch\xff")
    (packages / "gone-1.0.dist-info").mkdir()

    found = find_operations()

    assert "database.check" in found.operations
    assert all("torn" in problem for problem in found.problems)


def test_the_command_lists_what_there_is_and_where_it_is_from(packages: Path) -> None:
    install(packages, "listed", {"work": "listed:work"}, GOOD.format(name="listed"))

    result = CliRunner().invoke(main, ["operations"])

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "database.check        workspace  built in",
        "evidence.verify       workspace  built in",
        "database.backup       instance   built in",
        "retention.prune       workspace  built in",
        "review_pack.generate  tenant     built in",
        "runs.bulk             workspace  built in",
        "notifications.send    workspace  built in",
        "listed.work           tenant     from listed 1.0",
    ]


def test_the_command_fails_for_a_broken_one_and_lists_the_rest(packages: Path) -> None:
    install(packages, "unlisted", {"work": "unlisted:nothing"}, "")

    result = CliRunner().invoke(main, ["operations"])

    assert result.exit_code == 1
    assert "database.check" in result.stdout
    assert "'work' from unlisted 1.0 is left out" in result.stderr
