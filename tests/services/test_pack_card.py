"""What is read of a tenant's packs: the latest with its run in one statement, and the rest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlmodel import col

from models import AuditEntry, OperationRun, ReviewPack, Tenant, User, Workspace
from services.database import Database
from services.pack_card import (
    MOST_EARLIER,
    CardDetails,
    CardSnapshot,
    Download,
    find_card,
    find_card_details,
    find_cards,
    find_pack,
)
from tests.services.statements import explained, statements

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def world(database: Database) -> Database:
    with database.writing() as session:
        session.add(Workspace(id=1, slug="northwind", name="Northwind"))
        session.flush()
        session.add(Tenant(id=1, workspace_id=1, slug="contoso", name="Contoso"))
        session.add(Tenant(id=2, workspace_id=1, slug="adatum", name="Adatum"))
        session.add(User(id=1, email="ada@example.test", name="Ada", password_hash="-"))
    return database


def add(database: Database, model: Any, **columns: Any) -> int:
    with database.writing() as session:
        made = session.execute(insert(model).values(**columns).returning(col(model.id)))
        return int(made.scalar_one())


def add_pack(database: Database, tenant_id: int = 1, **columns: Any) -> int:
    return add(database, ReviewPack, workspace_id=1, tenant_id=tenant_id, **columns)


def card(database: Database, tenant_id: int = 1) -> CardSnapshot:
    with database.reading() as session:
        return find_card(session, tenant_id)


def details_of(database: Database, *, with_downloads: bool) -> CardDetails:
    with database.reading() as session:
        key = find_card(session, 1).details_key(1, with_downloads=with_downloads)
        return find_card_details(session, key)


def test_a_tenant_without_packs_has_an_empty_card_with_the_time(world: Database) -> None:
    seen = card(world)

    assert seen.pack is None
    assert seen.now.utcoffset() == timedelta(0)


def test_the_latest_pack_comes_with_its_run_and_its_place_in_the_queue(world: Database) -> None:
    run = add(
        world,
        OperationRun,
        workspace_id=1,
        tenant_id=1,
        type="review_pack.generate",
        status="queued",
        active_key="a",
    )
    add_pack(world, status="expired")
    latest = add_pack(world, operation_run_id=run, status="queued", initiated_by_user_id=1)
    add_pack(world, tenant_id=2)

    pack = card(world).pack

    assert pack is not None
    assert pack.run is not None
    assert (pack.id, pack.initiator_name, pack.run.id) == (latest, "Ada", run)
    assert pack.run.queue_position == 1
    assert pack.run.ux_status == "queued"


def test_the_card_is_one_statement(world: Database) -> None:
    add_pack(world, status="ready")
    statements: list[str] = []
    with world.reading() as session:
        bind = session.get_bind()
        event.listen(bind, "before_cursor_execute", lambda *a: statements.append(a[2]))
        find_card(session, 1)

    assert len([one for one in statements if one.lstrip().startswith("SELECT")]) == 1


def test_the_version_is_its_last_change_in_microseconds(world: Database) -> None:
    add_pack(world, updated_at=NOON + timedelta(microseconds=7))

    pack = card(world).pack

    assert pack is not None
    assert pack.version == 1_795_521_600_000_007


def test_what_stands_around_the_card_is_the_packs_before_it_newest_first(world: Database) -> None:
    packs = [add_pack(world, status="expired") for _ in range(MOST_EARLIER + 3)]

    details = details_of(world, with_downloads=True)

    assert [pack.id for pack in details.earlier] == packs[-2 : -MOST_EARLIER - 2 : -1]
    assert details.downloads == ()


def test_of_a_download_in_parts_only_its_beginning_is_shown(world: Database) -> None:
    pack_id = add_pack(world, status="ready")
    parts = [{"first_byte": first, "last_byte": first + 9} for first in range(0, 100, 10)]
    for minute, details in enumerate([{}, *parts, "nonsense"]):
        add(
            world,
            AuditEntry,
            at=NOON + timedelta(minutes=minute),
            actor_user_id=1,
            action="pack.downloaded",
            object_type="review_pack",
            object_id=pack_id,
            details=details,
        )

    shown = details_of(world, with_downloads=True).downloads

    assert [(found.at or NOON) - NOON for found in shown] == [
        timedelta(minutes=minute) for minute in (11, 1, 0)
    ]


def test_downloads_are_read_for_those_who_may_see_them_and_tell_that_they_are_new(
    world: Database,
) -> None:
    pack_id = add_pack(world, status="ready")
    entry = add(
        world,
        AuditEntry,
        at=NOON,
        actor_user_id=1,
        action="pack.downloaded",
        object_type="review_pack",
        object_id=pack_id,
    )

    with world.reading() as session:
        pack = find_pack(session, pack_id)

    seen = details_of(world, with_downloads=True)
    hidden = details_of(world, with_downloads=False)
    assert seen.downloads == (Download(NOON, "Ada"),)
    assert hidden.downloads == ()
    assert pack is not None
    assert pack.newest_download_id == entry


def test_a_pack_whose_columns_are_nonsense_is_read_all_the_same(
    sqlite_database: Database,
) -> None:
    with sqlite_database.writing() as session:
        session.add(Workspace(id=1, slug="northwind", name="Northwind"))
        session.flush()
        session.add(Tenant(id=1, workspace_id=1, slug="contoso", name="Contoso"))
    add_pack(sqlite_database, status="Ready ", summary="[", sha256="")
    with sqlite_database.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE review_pack SET expires_at='soon', options='{', updated_at=''"
        )

    pack = card(sqlite_database).pack

    assert pack is not None
    assert (pack.expires_at, pack.version, pack.options) == (None, 0, "{")
    assert pack.ux_status(NOON) == "unknown"


def test_all_cards_are_one_statement_and_read_as_each_alone(world: Database) -> None:
    run_id = add(world, OperationRun, workspace_id=1, tenant_id=1, type="sample.work")
    add_pack(world, status="ready")
    latest = add_pack(world, status="queued", operation_run_id=run_id)

    with statements(world.engine) as seen, world.reading() as session:
        found = find_cards(session, (1, 2, 4711))

    assert len([sql for sql in seen if "SELECT" in sql]) == 1
    assert found[1].pack is not None
    assert (found[1].pack.id, found[1].pack.run.queue_position) == (latest, 1)
    assert found[2].pack is found[4711].pack is None
    assert len({one.now for one in found.values()}) == 1
    assert {number: as_of(one) for number, one in found.items()} == {
        number: as_of(card(world, number)) for number in (1, 2, 4711)
    }


def as_of(seen: CardSnapshot) -> CardSnapshot:
    if seen.pack is None:
        return seen.at(NOON)
    run = seen.pack.run and replace(seen.pack.run, now=NOON)
    return replace(seen, now=NOON, pack=replace(seen.pack, now=NOON, run=run))


def test_the_latest_packs_are_found_by_the_index_of_their_tenants(
    sqlite_database: Database,
) -> None:
    with statements(sqlite_database.engine) as seen, sqlite_database.reading() as session:
        find_cards(session, (1,))

    plan = explained(sqlite_database, seen[-1])
    assert [step for step in plan if "of_tenant USING COVERING INDEX ix_review_pack_tenant" in step]
    tables = ("review_pack", "of_tenant", "operation_run", "user_account", "audit_entry")
    assert not [step for step in plan if step.startswith(tuple(f"SCAN {t}" for t in tables))]


def test_no_tenant_has_no_card(world: Database) -> None:
    with world.reading() as session:
        assert find_cards(session, ()) == {}
