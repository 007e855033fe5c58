"""What an address may ask of the audit trail, and what is said of anything else."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.audit_filter import AuditFilter
from services.audit_query import AuditQueryError, read_query

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")


def read(reader: ZoneInfo = UTC_ZONE, **terms: str) -> AuditFilter:
    return read_query(
        [("from" if name == "from_" else name, v) for name, v in terms.items()], reader
    )


def test_nothing_is_everything() -> None:
    assert read() == AuditFilter()
    assert read(actor=" ", action="", id="") == AuditFilter()


def test_every_filter_is_read() -> None:
    wanted = read(
        actor=" Ada@Example.test", action="member.set", object="tenant", id="7", older="9"
    )

    assert wanted == AuditFilter("ada@example.test", False, "member.set", "tenant", 7, older_than=9)
    assert read(actor="system").by_system


def test_days_are_whole_days_of_the_reader() -> None:
    wanted = read(BERLIN, from_="2026-11-24", to="2026-11-24")

    assert wanted.begin == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert wanted.end == datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert read(from_="2026-11-24", zone="UTC") == read(BERLIN, from_="2026-11-24", zone="UTC")


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"from_": "2026-11-02", "to": "2026-11-01"}, "The period ends before it begins."),
        ({"from_": "1"}, "'1' is no day"),
        ({"to": "9999-12-31"}, "is no day"),
        ({"from_": "0001-01-01"}, "is no day"),
        ({"id": "7"}, "A number needs the kind"),
        ({"object": "tenant", "id": "0"}, "'0' is no number"),
        ({"object": "tenant", "id": "٧"}, "is no number"),
        ({"older": "9" * 30}, "is no number"),
        ({"action": "<script>"}, "is nothing that is recorded"),
        ({"object": "x" * 300}, "is nothing that is recorded"),
        ({"actor": "a\x00"}, "The person is given by"),
        ({"zone": "Nowhere/At_all"}, "There is no time zone 'Nowhere/At_all'"),
        ({"zone": "../../etc/passwd"}, "There is no time zone"),
        ({"colour": "blue"}, "There is no filter 'colour'"),
    ],
)
def test_what_makes_no_sense_is_named(terms: dict[str, str], message: str) -> None:
    with pytest.raises(AuditQueryError) as refusal:
        read_query([("from" if n == "from_" else n, v) for n, v in terms.items()], UTC_ZONE)

    assert message in str(refusal.value)
