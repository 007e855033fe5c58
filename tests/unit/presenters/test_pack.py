"""The card of a tenant's review pack in each of its states, corrupt rows included."""

from datetime import timedelta
from typing import Any

import pytest

from services.pack_card import CardSnapshot, Download, PackRun, PackSnapshot
from tests.unit.presenters.factories import LOCALE, NOW, SHA, a_card, a_pack, a_pack_run
from ui.presenters.pack import (
    PackCardView,
    PackRights,
    begins_again,
    is_being_made,
    pack_card,
)

ALL = PackRights(may_generate=True, may_download=True, may_audit=True)
READER = PackRights(may_generate=False, may_download=False, may_audit=False)

_OPTIONAL = (
    *("options", "summary", "initiator_name", "created_at", "updated_at", "generated_at"),
    *("expires_at", "file_size", "sha256"),
)


def view(pack: PackSnapshot | None, rights: PackRights = ALL) -> PackCardView:
    return pack_card(a_card(pack), rights, LOCALE)


def facts(seen: PackCardView) -> dict[str, str]:
    return {fact["name"]: fact["value"] + fact["at"] for fact in seen["facts"]}


@pytest.mark.parametrize(
    ("pack", "value", "word", "generate"),
    [
        (None, "none", "No review pack yet", "Generate review pack"),
        (a_pack("queued", run=a_pack_run("queued")), "queued", "Queued", ""),
        (a_pack("generating", run=a_pack_run()), "generating", "Generating", ""),
        (a_pack("generating", run=a_pack_run("odd")), "generating", "Generating", ""),
        (a_pack("ready"), "ready", "Ready", "Generate a new one"),
        (a_pack("ready", expires_at=NOW), "expired", "Expired", "Generate again"),
        (a_pack("ready", expires_at=None), "ready", "Ready", "Generate a new one"),
        (a_pack("failed"), "failed", "Failed", "Try again"),
        (a_pack("expired"), "expired", "Expired", "Generate again"),
        (a_pack("Ready"), "unknown", "Unknown state", "Generate a new one"),
        (a_pack(""), "unknown", "Unknown state", "Generate a new one"),
        (a_pack(None), "unknown", "Unknown state", "Generate a new one"),
    ],
)
def test_each_state_has_its_words_and_offers_a_pack_unless_one_is_being_made(
    pack: PackSnapshot | None, value: str, word: str, generate: str
) -> None:
    seen = view(pack)

    assert (seen["status"]["value"], seen["status"]["word"]) == (value, word)
    assert seen["generate"] == generate
    assert view(pack, READER)["generate"] == ""


@pytest.mark.parametrize("status", ["queued", "generating"])
@pytest.mark.parametrize(
    "run",
    [None, a_pack_run("completed", outcome="failed"), a_pack_run("completed", outcome="odd")],
)
def test_a_pack_that_was_left_behind_locks_nothing(status: str, run: PackRun | None) -> None:
    left_behind = a_pack(status, run=run)

    assert view(left_behind)["generate"] == "Try again"
    assert view(left_behind)["status"]["value"] == status
    assert view(left_behind, READER)["generate"] == ""
    assert not is_being_made(left_behind, NOW)


@pytest.mark.parametrize(
    ("pack", "expected"),
    [
        (a_pack("failed"), True),
        (a_pack("generating"), True),
        (a_pack("generating", run=a_pack_run()), False),
        (a_pack("ready"), False),
        (None, False),
    ],
)
def test_only_what_has_not_become_a_pack_is_tried_again(
    pack: PackSnapshot | None, expected: bool
) -> None:
    assert begins_again(pack, NOW) is expected


def test_without_a_pack_the_card_says_what_one_is() -> None:
    assert view(None)["text"].startswith("A review pack is the evidence of a period")
    assert view(None, READER)["text"].endswith("When somebody generates one, it appears here.")


def test_a_ready_pack_says_what_it_holds_and_how_long_it_lives() -> None:
    seen = view(a_pack(run=a_pack_run("completed", outcome="succeeded")))

    assert facts(seen) == {
        "Period": "1 – 31 Oct 2026",
        "Contents": "Everything, without failure details",
        "Requested by": "Ada",
        "Generated": "24 Nov 2026, 12:02:10",
        "Size": "1.2 MB",
    }
    assert seen["digest"] == {"short": "9f86d081884c…", "full": SHA}
    assert seen["expiry"] == {
        "seconds": 30 * 86400.0,
        "at": "24 Dec 2026, 12:03:10",
        "utc": "2026-12-24 11:03:10 UTC",
        "iso": "2026-12-24T11:03:10+00:00",
    }
    assert seen["download"] == "/review-packs/5/download"
    assert seen["run"] == "9"


def test_a_download_is_offered_while_ready_and_to_those_who_may() -> None:
    assert view(a_pack(), READER)["download"] == ""
    assert view(a_pack(), READER)["text"].startswith("It can be downloaded by those who")
    assert view(a_pack(expires_at=NOW))["download"] == ""
    assert view(a_pack("generating", file_size=3))["download"] == ""


def test_an_expired_pack_has_no_countdown_but_the_time_of_its_end() -> None:
    seen = view(a_pack(expires_at=NOW - timedelta(hours=1)))

    assert (seen["expiry"], seen["digest"]) == (None, None)
    assert facts(seen)["Expired"] == "24 Nov 2026, 11:03:10"


@pytest.mark.parametrize(
    ("position", "text"),
    [
        (1, "Waiting for a worker: it is next in the queue."),
        (4, "Waiting for a worker: number 4 in the queue."),
        (None, "Waiting for a worker."),
    ],
)
def test_a_queued_pack_says_its_place_from_its_first_moment_on(
    position: int | None, text: str
) -> None:
    for created_at in (NOW, NOW - timedelta(minutes=2)):
        run = a_pack_run("queued", queue_position=position, created_at=created_at)

        life = view(a_pack("queued", run=run))["life"]

        assert life is not None
        assert life["text"] == text


def test_a_queued_pack_says_that_no_worker_is_there() -> None:
    life = view(a_pack("queued", run=a_pack_run("queued", worker_seen_at=None)))["life"]

    assert life is not None
    assert life["text"].startswith("No worker is running")


def test_a_silent_worker_is_named_while_generating() -> None:
    beat = NOW - timedelta(seconds=20)
    run = a_pack_run(heartbeat_at=beat, lease_until=beat + timedelta(seconds=30), lease_owner="w1")

    life = view(a_pack("generating", run=run))["life"]

    assert life is not None
    assert life["text"] == "Stalled since 12:02:50: no heartbeat from worker w1 since then."


def test_a_failed_pack_gives_its_run_s_first_reason() -> None:
    groups = [{"code": "no_space", "message": "The disk is full.", "count": 1}, {"code": "b"}]
    run = a_pack_run("completed", outcome="failed", failure_summary=groups)

    failure = view(a_pack("failed", run=run))["failure"]

    assert failure is not None
    assert (failure["code"], failure["message"]) == ("no_space", "The disk is full.")


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (None, "No reason was stored."),
        (a_pack_run("completed", outcome="failed"), "No reason was stored."),
        (a_pack_run("completed", failure_summary="[{"), "No reason was stored."),
        (a_pack_run("completed", outcome="cancelled"), "Its run was cancelled."),
    ],
)
def test_a_failed_pack_without_a_reason_says_so(run: Any, message: str) -> None:
    failure = view(a_pack("failed", run=run))["failure"]

    assert failure is not None
    assert failure["message"] == message


@pytest.mark.parametrize(
    ("pack", "note"),
    [
        (a_pack("Ready "), "Stored as “Ready ”, which is no state of a pack."),
        (a_pack(None), "Stored as nothing, which is no state of a pack."),
        (a_pack("queued"), "No run is making it."),
        (
            a_pack("generating", run=a_pack_run("completed", outcome="failed")),
            "Its run has ended without closing it.",
        ),
        (
            a_pack("generating", run=a_pack_run(cancel_requested_at=NOW)),
            "Cancelling: it stops as soon as its worker hears of it.",
        ),
        (a_pack("ready"), ""),
    ],
)
def test_what_is_unusual_is_noted(pack: PackSnapshot, note: str) -> None:
    assert view(pack)["note"] == note


@pytest.mark.parametrize("stored", [None, "", "{", [], 7, {"from": 1}, {"from": "x", "to": "y"}])
def test_options_that_cannot_be_read_are_left_out(stored: Any) -> None:
    assert not {"Period", "Contents"} & set(facts(view(a_pack(options=stored))))


@pytest.mark.parametrize("stored", [None, -1, "12", True, 1.5, float("nan")])
def test_a_size_that_is_none_is_left_out(stored: Any) -> None:
    assert "Size" not in facts(view(a_pack(file_size=stored)))


@pytest.mark.parametrize("stored", [None, "", "not hex", "<b>", 12])
def test_a_checksum_that_is_none_is_left_out(stored: Any) -> None:
    assert view(a_pack(sha256=stored))["digest"] is None


def test_a_row_of_another_program_that_knows_nothing_is_shown_all_the_same() -> None:
    bare = a_pack("ready", **dict.fromkeys(_OPTIONAL))

    seen = view(bare)

    assert facts(seen) == {"Requested by": "System"}
    assert seen["download"] == "/review-packs/5/download"


def test_earlier_packs_are_as_they_are_now_and_offered_while_ready() -> None:
    card = a_card(
        a_pack("queued"),
        a_pack(id=4),
        a_pack(id=3, expires_at=NOW - timedelta(days=1)),
        a_pack("failed", id=2),
    )

    rows = pack_card(card, ALL, LOCALE)["earlier"]

    assert [(row["id"], row["status"]["value"], row["href"]) for row in rows] == [
        (4, "ready", "/review-packs/4/download"),
        (3, "expired", ""),
        (2, "failed", ""),
    ]
    assert rows[0]["period"] == "1 – 31 Oct 2026"
    assert rows[0]["when"] == "24 Nov 12:02:10"
    assert [row["href"] for row in pack_card(card, READER, LOCALE)["earlier"]] == ["", "", ""]


def test_time_turns_the_latest_and_the_earlier_alike() -> None:
    card = a_card(a_pack(), a_pack(id=4)).at(NOW + timedelta(days=30))

    seen = pack_card(card, ALL, LOCALE)

    assert seen["status"]["value"] == "expired"
    assert seen["earlier"][0]["status"]["value"] == "expired"


def test_downloads_are_listed_for_those_who_may_see_the_trail() -> None:
    fetched = (Download(NOW, "Ada"), Download(None, None))
    card: CardSnapshot = a_card(a_pack(), downloads=fetched)

    assert pack_card(card, ALL, LOCALE)["downloads"] == [
        {
            "who": "Ada",
            "when": "24 Nov 12:03:10",
            "when_utc": "2026-11-24 11:03:10 UTC",
            "when_iso": "2026-11-24T11:03:10+00:00",
        },
        {"who": "System", "when": "–", "when_utc": "", "when_iso": ""},
    ]
    assert pack_card(card, READER, LOCALE)["downloads"] is None
    assert view(a_pack("failed"))["downloads"] is None
    assert view(None)["downloads"] is None
