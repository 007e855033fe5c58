"""The same facts as a reader of German sees them: words, order, months and numbers."""

from dataclasses import replace
from datetime import timedelta

from policy.decision import Reason
from tests.unit.presenters.factories import LOCALE, NOW, a_card, a_pack, a_run, a_trail
from ui.presenters.badge import badge
from ui.presenters.moment import date_time, day_range, short_date_time
from ui.presenters.pack import PackRights, pack_card
from ui.presenters.run import run_row, run_summary
from ui.presenters.timeline import run_timeline

GERMAN = replace(LOCALE, language="de")
ALL = PackRights(may_generate=True, may_download=True, may_audit=True)


def test_a_date_has_its_order_and_its_months() -> None:
    spring = NOW.replace(month=3, day=1)

    assert date_time(NOW, GERMAN) == "24. Nov. 2026, 12:03:10"
    assert short_date_time(spring, NOW, GERMAN) == "1. März 12:03:10"
    assert day_range(NOW - timedelta(days=3), NOW, GERMAN) == "21. – 24. Nov. 2026"


def test_a_row_of_the_list() -> None:
    row = run_row(a_run("completed", "partially_succeeded"), GERMAN)

    assert row["status"]["word"] == "Teilweise erfolgreich"
    assert row["tenant"] == "Ganzer Arbeitsbereich"


def test_counts_are_grouped_with_points() -> None:
    counts = {"total": 1_200_000, "processed": 600_000}
    summary = run_summary(a_run(summary_counts=counts), GERMAN)

    assert summary["counts"]["label"] == "600.000 von 1.200.000 verarbeitet"
    assert summary["elapsed"]["word"] == "läuft seit"


def test_the_timeline_tells_the_trail() -> None:
    trail = a_trail(("requested", None), ("claimed", {"owner": "w1", "attempt": 2}), actor="Ada")
    told = run_timeline(a_run(trail=trail), GERMAN)

    assert [entry["phase"] for entry in told["entries"]] == ["Eingereiht", "Läuft"]
    assert [entry["text"] for entry in told["entries"]] == [
        "Angefordert von Ada",
        "Übernommen von Worker w1 (Versuch 2)",
    ]


def test_a_card_with_its_size_and_what_can_be_done() -> None:
    card = pack_card(a_card(a_pack()), ALL, GERMAN)

    assert card["status"]["word"] == "Bereit"
    assert card["size"] == "1,2 MB"
    assert card["generate"] == "Neues erstellen"


def test_a_badge_says_why_nothing_is_refreshed() -> None:
    for reason in Reason:
        german, english = (
            badge(reason, None, finished_at=NOW, stale_since=None, locale=locale)["text"]
            for locale in (GERMAN, LOCALE)
        )
        assert german != english or reason is Reason.LIVE
