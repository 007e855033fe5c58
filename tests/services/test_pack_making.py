"""Review packs: what is persisted, and nothing else, in an archive that holds together."""

import codecs
import csv
import hashlib
import io
import json
import re
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import update

from models import ApiToken, Membership, OperationRun, ReviewPack
from services.database import Database
from services.packs.making import make_pack
from services.packs.order import PackOptions, Section, Stage, Step
from services.packs.place import PackTenantGoneError
from services.packs.storage.checksums import measure
from stillwatch.pack_verify import verify_pack
from tests.databases import sqlite_only
from tests.services.packs import BEGIN, END, OPTIONS, Made, World

DAY = timedelta(days=1)
TINY = timedelta(microseconds=1)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def rows(made: Made, name: str) -> list[dict[str, str]]:
    text = made.members()[name].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def manifest(made: Made) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(made.text("manifest.json"))
    return parsed


def only(*sections: Section) -> PackOptions:
    return replace(OPTIONS, sections=frozenset(sections))


def test_a_pack_holds_the_runs_of_its_tenant_in_its_period(world: World) -> None:
    first, last = world.add_runs(
        world.run(created_at=BEGIN), world.run(created_at=END - TINY, outcome="failed")
    )
    world.add_runs(
        world.run(created_at=BEGIN - TINY),
        world.run(created_at=END),
        world.run(tenant_id=world.other_tenant_id),
        world.run(tenant_id=None),
    )

    made = world.made()

    assert [row["run_id"] for row in rows(made, "runs.csv")] == [str(first), str(last)]
    assert made.pack.counts["runs"] == 2


def test_a_row_tells_outcome_duration_initiator_and_counts(world: World) -> None:
    world.add_runs(
        world.run(
            outcome="partially_succeeded",
            summary_counts={"total": 3, "failed": 2},
            failure_summary=[{"code": "a", "count": 1}, {"code": "b", "count": 1}],
        ),
        world.run(1, initiated_by_user_id=None, completed_at=None, status="running", outcome=None),
    )

    ended, running = rows(world.made(), "runs.csv")

    assert ended["outcome"] == "partially_succeeded"
    assert ended["duration_seconds"] == "2.5"
    assert ended["initiator"] == "Ada Admin"
    assert ended["initiator_email"] == "ada@example.test"
    assert (ended["items_total"], ended["items_failed"]) == ("3", "2")
    assert ended["failure_codes"] == "a b"
    assert ended["created_at"] == "2026-11-01T00:00:00.000000Z"
    assert (running["initiator"], running["duration_seconds"]) == ("System", "")


def test_the_run_and_the_pack_in_the_making_are_no_evidence_of_themselves(world: World) -> None:
    (run_id,) = world.add_runs(world.run())
    world.audit("run.requested", "operation_run", run_id)
    world.audit("review_pack.requested", "review_pack", 1000)

    made = world.made(run_id=run_id)

    assert rows(made, "runs.csv") == []
    assert rows(made, "audit.csv") == []


def test_failures_are_grouped_with_their_later_success(world: World) -> None:
    failure = [{"code": "timeout", "message": "No answer", "count": 4, "sample": "GET /"}]
    bad, _good, worse = world.add_runs(
        world.run(outcome="failed", failure_summary=failure),
        world.run(5),
        world.run(9, type="mailbox.archive", outcome="failed", failure_summary=failure),
    )

    made = world.made(replace(OPTIONS, include_failure_details=True))

    open_, mended = rows(made, "failures.csv")
    assert (mended["type"], mended["later_run_succeeded"]) == ("directory.sync", "yes")
    assert mended["later_success_at"] == "2026-11-01T00:05:00.000000Z"
    assert (mended["first_run_id"], mended["last_run_id"]) == (str(bad), str(bad))
    assert (open_["last_run_id"], open_["later_run_succeeded"]) == (str(worse), "no")
    assert (open_["occurrences"], open_["message"], open_["sample"]) == ("4", "No answer", "GET /")


def test_details_of_failures_stay_out_of_every_member_unless_asked_for(world: World) -> None:
    failure = [{"code": "x", "message": "secret message", "count": 1, "sample": "secret sample"}]
    world.add_runs(world.run(outcome="failed", failure_summary=failure))

    without = world.made()
    with_ = world.made(replace(OPTIONS, include_failure_details=True))

    assert not any(b"secret" in data for data in without.members().values())
    assert b"secret message" in with_.members()["report.html"]


def test_access_tells_who_held_what_when_and_nobody_else(world: World) -> None:
    world.member("owner", BEGIN - DAY)
    world.member("tenant_admin", BEGIN - 9 * DAY, tenant_id=world.tenant_id, revoked_at=BEGIN + DAY)
    world.member("tenant_viewer", BEGIN, tenant_id=world.other_tenant_id)
    world.member("auditor", BEGIN - 9 * DAY, revoked_at=BEGIN)
    world.member("operator", END)
    world.member("operator", BEGIN, tenant_id=world.tenant_id)  # which is no right at all
    world.add(
        ApiToken,
        workspace_id=world.workspace_id,
        name="deploy",
        token_hash="x",
        created_at=BEGIN,
        expires_at=BEGIN + DAY,
    )

    found = rows(world.made(), "access.csv")

    assert [(row["role"], row["reach"], row["held_at_end_of_period"]) for row in found] == [
        ("owner", "workspace", "yes"),
        ("tenant_admin", "tenant", "no"),
        ("api_token", "workspace", "no"),
    ]
    assert found[1]["ended_at"] == "2026-11-02T00:00:00.000000Z"
    assert found[2]["ended_at"] == "2026-11-02T00:00:00.000000Z"


def test_a_right_of_an_unknown_beginning_is_reported(world: World) -> None:
    world.member("owner", BEGIN)
    with world.database.writing() as session:
        session.execute(update(Membership).values(created_at=None))

    made = world.made()

    (found,) = rows(made, "access.csv")
    assert (found["role"], found["granted_at"]) == ("owner", "")
    assert found["held_at_end_of_period"] == "yes"


def test_the_trail_is_that_of_the_tenant_its_runs_its_packs_and_its_members(world: World) -> None:
    mine, other = world.add_runs(world.run(), world.run(tenant_id=world.other_tenant_id))
    pack_id = world.add(ReviewPack, workspace_id=world.workspace_id, tenant_id=world.tenant_id)
    expected = [
        world.audit("run.requested", "operation_run", mine),
        world.audit("review_pack.downloaded", "review_pack", pack_id),
        world.audit("tenant.added", "tenant", world.tenant_id),
        world.audit("member.set", "user_account", world.user_id, details={"tenant": "contoso"}),
        world.audit("member.set", "user_account", world.user_id, details={"tenant": None}),
    ]
    world.audit("run.requested", "operation_run", other)
    world.audit("tenant.added", "tenant", world.other_tenant_id)
    world.audit("member.set", "user_account", world.user_id, details={"tenant": "adatum"})
    world.audit("run.cancelled", "operation_run", mine, at=END)
    world.audit("user.signed_in", "user_account", world.user_id)

    found = rows(world.made(), "audit.csv")

    assert [row["entry_id"] for row in found] == [str(entry_id) for entry_id in expected]
    assert found[3]["subject_email"] == "ada@example.test"
    assert found[3]["details"] == '{"tenant":"contoso"}'


@pytest.mark.parametrize("details", ["half of it", ["adatum"], {}, None, 7])
def test_a_change_of_members_that_may_be_of_another_tenant_stays_out(
    world: World, details: object
) -> None:
    world.audit("member.set", "user_account", world.user_id, details=details)

    made = world.made()

    assert rows(made, "audit.csv") == []
    assert made.pack.counts["audit_entries"] == 0
    assert "No access was granted or taken away" in made.text("report.html")


def test_a_change_of_members_goes_by_the_id_of_its_tenant_where_it_has_one(world: World) -> None:
    def change(slug: str, tenant_id: int) -> int:
        details = {"tenant": slug, "tenant_id": tenant_id}
        return world.audit("member.set", "user_account", world.user_id, details=details)

    under_an_old_slug = change("contoso-before", world.tenant_id)
    change("contoso", world.other_tenant_id)

    found = rows(world.made(), "audit.csv")

    assert [row["entry_id"] for row in found] == [str(under_an_old_slug)]


def test_changes_of_access_are_reported_also_without_the_trail(world: World) -> None:
    world.audit(
        "member.set",
        "user_account",
        world.user_id,
        actor_user_id=world.user_id,
        details={"role": "tenant_admin", "tenant": "contoso"},
    )

    made = world.made(only(Section.ACCESS))

    assert "Tenant admin in contoso" in made.text("report.html")
    assert sorted(made.archive.namelist()) == [
        "access.csv",
        "manifest.json",
        "report.html",
        "report.pdf",
    ]


def test_earlier_packs_are_listed_and_later_ones_are_not(world: World) -> None:
    common = {"workspace_id": world.workspace_id, "tenant_id": world.tenant_id}
    world.add(ReviewPack, **common, id=7, status="ready", sha256="ab" * 32, options={"from": "x"})
    world.add(ReviewPack, **common, id=1001, status="ready", sha256="cd" * 32)

    text = world.made().text("report.html")

    assert "ab" * 8 in text
    assert "cd" * 8 not in text


def test_the_manifest_describes_every_member(world: World) -> None:
    world.add_runs(world.run(), world.run(1))

    made = world.made(run_id=77)

    described = manifest(made)
    members = made.members()
    assert {m["name"]: m for m in described["members"]} == {
        name: {
            "name": name,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "rows": data.count(b"\n") - 1 if name.endswith(".csv") else None,
        }
        for name, data in members.items()
        if name != "manifest.json"
    }
    assert described["options"] == OPTIONS.as_json()
    assert described["counts"]["runs"] == 2
    assert described["asked_by"] == {"name": "Ada Admin", "email": "ada@example.test"}
    assert described["software"] == {"name": "stillwatch", "version": "1.2.3"}
    assert (described["pack"], described["run"]) == (1000, 77)


def test_the_same_evidence_makes_the_same_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add_runs(*(world.run(n, outcome=("failed", "succeeded")[n % 2]) for n in range(30)))
    world.member("owner", BEGIN)
    first = world.made()

    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    second = world.made()

    assert second.bytes == first.bytes


def test_only_what_names_the_time_of_generation_differs_later(world: World) -> None:
    world.add_runs(world.run(), world.run(1, outcome="failed"))
    first = world.made()

    second = world.made(generated_at=END + 2 * DAY)

    before, after = first.members(), second.members()
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {"report.html", "report.pdf", "manifest.json"}
    assert re.sub(r"2026-12-0\d 0\d:00 UTC", "", first.text("report.html")) == re.sub(
        r"2026-12-0\d 0\d:00 UTC", "", second.text("report.html")
    )


def test_nothing_to_report_is_said_in_every_chapter(world: World) -> None:
    made = world.made(generated_at=END)

    text = made.text("report.html")
    for sentence in (
        "No run was requested for Contoso in this period.",
        "No run was requested in this period.",
        "No failure was recorded in this period.",
        "Nobody had access to this tenant in the period.",
        "No access was granted or taken away in the period.",
        "Nothing was recorded in this period.",
        "This is the tenant&#39;s first review pack.",
    ):
        assert sentence in text
    assert made.members()["report.pdf"].startswith(b"%PDF-")


MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;"


def test_markup_in_stored_texts_is_inert(world: World) -> None:
    user_id = world.add_user("mallory@example.test", MARKUP)
    world.add_runs(
        world.run(
            type=MARKUP,
            initiated_by_user_id=user_id,
            outcome="failed",
            failure_summary=[{"code": MARKUP, "message": MARKUP, "sample": MARKUP}],
        )
    )
    world.member("owner", BEGIN, user_id=user_id)
    world.audit(MARKUP, "tenant", world.tenant_id, details={MARKUP: MARKUP})

    text = world.made(replace(OPTIONS, include_failure_details=True)).text("report.html")

    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_page_fetches_nothing_and_forbids_itself_to(world: World) -> None:
    world.add_runs(world.run())

    text = world.made().text("report.html")

    assert "default-src 'none'" in text
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?!#)[^"'>\s]*//""", text)
    assert set(re.findall(r"https?://[^\"'\s<]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "a;=1"])
def test_no_cell_is_a_formula(world: World, formula: str) -> None:
    user_id = world.add_user(f"{formula}@example.test", formula)
    world.add_runs(
        world.run(
            type=formula,
            status=formula,
            outcome=formula,
            initiated_by_user_id=user_id,
            failure_summary=[{"code": formula, "message": formula, "sample": formula}],
        )
    )
    world.member("owner", BEGIN, user_id=user_id)
    world.audit(formula, "tenant", world.tenant_id, actor_user_id=user_id, details=formula)

    made = world.made(replace(OPTIONS, include_failure_details=True))

    for name in ("runs.csv", "failures.csv", "access.csv", "audit.csv"):
        for row in rows(made, name):
            for cell in row.values():
                assert not re.search(r"(^|;)\s*[=+\-@]", cell), (name, cell)


HALF_A_PAIR = r'[{"code": "c\ud800\n", "message": "a\u0000b\nc\u202e", "sample": [1, {"\n": 2}]}]'


@sqlite_only  # whose columns take anything
@pytest.mark.parametrize(
    ("column", "stored"),
    [
        ("type", "null\x00and\nline"),
        ("status", ""),
        ("outcome", "\x7f\u2028"),
        ("summary_counts", '{"half'),
        ("summary_counts", '{"total": "many", "failed": true, "processed": 1e400}'),
        ("summary_counts", "[1]"),
        ("summary_counts", None),
        ("failure_summary", "[" * 5000),
        ("failure_summary", HALF_A_PAIR),
        ("failure_summary", '["text", null, {}]'),
        ("failure_summary", '{"code": 1}'),
        ("started_at", "soon"),
        ("completed_at", "0000-99-99"),
        ("created_at", "2026-11-05 and a bit"),
        ("attempt", "first"),
    ],
)
def test_texts_that_no_file_can_hold_break_nothing(
    world: World, column: str, stored: str | None
) -> None:
    (run_id,) = world.add_runs(world.run(outcome="failed"))
    with world.database.writing() as session:
        session.connection().exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        session.connection().exec_driver_sql(
            f"UPDATE operation_run SET {column} = ? WHERE id = ?", (stored, run_id)
        )

    made = world.made(replace(OPTIONS, include_failure_details=True))

    (row,) = rows(made, "runs.csv")
    assert row["run_id"] == str(run_id)
    assert made.pack.counts["runs"] == 1
    assert all("\n" not in cell and "\x00" not in cell for cell in row.values())


@pytest.mark.parametrize(
    "name",
    [
        "Łódź Żółć",
        "Αθήνα Привет",
        "山田太郎 中文 한국어",
        "مرحبا שרה",
        "नमस्ते தமிழ் สวัสดี",
        "👩‍🔬 Ada",
        "﷽﷽﷽ 𒐫",
        "W" * 200,
        "\u0301\u0301",
    ],
)
def test_names_of_any_script_are_set_in_the_pdf(world: World, name: str) -> None:
    user_id = world.add_user("someone@example.test", name)
    world.add_runs(*(world.run(n, initiated_by_user_id=user_id, type=name) for n in range(3)))
    world.member("owner", BEGIN, user_id=user_id)

    made = world.made()

    assert made.members()["report.pdf"].startswith(b"%PDF-")
    assert rows(made, "access.csv")[0]["name"] == name


def test_runs_count_from_when_they_were_requested_and_the_report_says_so(world: World) -> None:
    world.add_runs(
        world.run(created_at=END - TINY, started_at=END),
        world.run(created_at=BEGIN - TINY, started_at=BEGIN),
    )

    made = world.made()

    assert made.pack.counts["runs"] == 1
    assert "1 run was requested for Contoso in this period." in made.text("report.html")


def test_long_lists_are_cut_in_the_report_which_says_so_and_whole_in_the_csv(world: World) -> None:
    world.add_runs(*(world.run(n) for n in range(250)))

    made = world.made()

    assert len(rows(made, "runs.csv")) == 250
    assert "The latest 200 of 250 runs" in made.text("report.html")


def test_every_csv_tells_a_spreadsheet_that_it_is_utf_8(world: World) -> None:
    world.add_runs(world.run(type="Müller & Söhne"))

    members = world.made().members()

    files = {name: data for name, data in members.items() if name.endswith(".csv")}
    assert len(files) == 4
    assert all(data.startswith(codecs.BOM_UTF8) for data in files.values())
    assert all(data.count(codecs.BOM_UTF8) == 1 for data in files.values())


def test_progress_is_told_at_least_every_thousand_runs(world: World) -> None:
    world.add_all(OperationRun, [world.run(n / 100) for n in range(2_500)])
    world.add_all(OperationRun, [world.run(tenant_id=world.other_tenant_id) for _ in range(20)])
    steps: list[Step] = []

    made = world.made(progress=steps.append)

    counts = [step.runs for step in steps]
    assert made.pack.counts["runs"] == 2_500
    assert counts == sorted(counts)
    assert max(b - a for a, b in pairwise(counts)) <= 1_000
    assert {step.stage for step in steps} == set(Stage)
    assert all(0 <= step.share <= 1 for step in steps)


class Stop(Exception):
    pass


@pytest.mark.parametrize("calls", range(12))
def test_whatever_progress_raises_ends_the_making(world: World, calls: int) -> None:
    world.add_runs(world.run())
    left = iter([None] * calls)

    def stop_later(_step: Step) -> None:
        if next(left, Stop) is Stop:
            raise Stop

    with pytest.raises(Stop):
        world.made(progress=stop_later)


def test_a_full_disk_surfaces_as_it_is(world: World) -> None:
    world.add_runs(world.run())

    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError, match="No space"):
        make_pack(world.database, world.order(), full, lambda step: None)


def test_a_tenant_that_is_gone_is_a_reason_to_show(world: World) -> None:
    with pytest.raises(PackTenantGoneError):
        world.made(tenant_id=999)


def test_writes_meanwhile_are_not_seen(world: World) -> None:
    world.add_runs(world.run())
    written = []

    def write_once(step: Step) -> None:
        if not written:
            written.append(world.add_runs(world.run(1)))
            world.audit("tenant.added", "tenant", world.tenant_id)

    made = world.made(progress=write_once)

    assert made.pack.counts["runs"] == 1
    assert made.pack.counts["audit_entries"] == 0


def test_a_pack_verifies_offline(world: World, tmp_path: Path) -> None:
    world.add_runs(world.run(), world.run(1, outcome="failed"))
    path = tmp_path / "pack.zip"
    path.write_bytes(world.made().bytes)

    verification = verify_pack(path, measure(path, lambda: None).sha256)

    assert verification.findings == ()
    assert verification.members == 7


def test_the_chart_library_leaves_no_hook_in_the_process(world: World) -> None:
    world.add_runs(world.run())

    world.made()

    assert "pygal" in sys.modules
    assert not [finder for finder in sys.meta_path if type(finder).__module__ == "pygal"]
