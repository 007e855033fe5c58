"""What the card's surface reads, and when, over a real database."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlmodel import col

from models import AuditEntry, ReviewPack, Role, Tenant, Workspace
from policy.access import Grant
from policy.decision import Reason
from services import metrics
from services.auth import Auth, Viewer
from services.database import Database
from services.pack_card import CardSnapshot, PackRun, find_card
from services.tenants import TenantRef
from tests.ui.stages import bare_stage
from tests.unit.presenters.factories import LOCALE, NOW, a_card, a_pack, a_pack_run
from ui.console import Console, compose
from ui.live import BadgeState
from ui.pack_surface import ReviewPackSurface

CONTOSO = TenantRef(1, 1, "contoso", "Contoso")


def a_viewer(role: Role, tenant_id: int | None = None) -> Viewer:
    return Viewer(1, 1, "Ada", "ada@example.test", None, (), (Grant(role, 1, tenant_id),))


@dataclass
class SignIn:
    """Whose page it is, as it stands now."""

    viewer: Viewer = field(default_factory=lambda: a_viewer(Role.OWNER))

    locale = LOCALE

    async def look(self, max_age: float, *, fresh: bool) -> Viewer:
        return self.viewer

    def keep_pace(self, part: object, pace: float | None) -> None:
        pass


@pytest.fixture
def console(sqlite_database: Database) -> Console:
    with sqlite_database.writing() as session:
        session.add(Workspace(id=1, slug="northwind", name="Northwind"))
        session.flush()
        session.add(Tenant(id=1, workspace_id=1, slug="contoso", name="Contoso"))
    return compose(
        sqlite_database,
        Auth(sqlite_database),
        lambda session, delivery: None,
        {},
        secret="-",
        is_secure=False,
    )


def surface_of(
    console: Console, sign_in: SignIn | None = None, stage: Any = None
) -> ReviewPackSurface:
    with console.database.reading() as session:
        card = find_card(session, 1)
    who: Any = sign_in or SignIn()
    return ReviewPackSurface(console, who, CONTOSO, card, stage, lambda card: None, lambda: None)


def write(console: Console, statement: Any) -> None:
    with console.database.writing() as session:
        session.execute(statement)


def add_pack(console: Console, **columns: Any) -> None:
    write(console, insert(ReviewPack).values(workspace_id=1, tenant_id=1, **columns))


def reads(kind: str) -> float:
    return metrics.registry.get_sample_value("stillwatch_snapshot_reads_total", {"kind": kind}) or 0


async def test_progress_reads_the_card_and_nothing_around_it(console: Console) -> None:
    add_pack(console, status="generating")
    surface, details = surface_of(console), reads("pack_details")

    for share in (0.1, 0.2, 0.3):
        stage = {"stage": "runs", "share": share}
        write(console, update(ReviewPack).values(summary=stage))
        seen = await surface.read(1, fresh=True)
        assert seen.pack is not None
        assert seen.pack.summary == stage

    assert reads("pack_details") == details


async def test_a_newer_pack_brings_the_one_before_it_along_read_once_for_everybody(
    console: Console,
) -> None:
    add_pack(console, status="failed")
    viewers = [surface_of(console) for _ in range(5)]
    details = reads("pack_details")
    add_pack(console, status="queued")

    cards = [await surface.read(10, fresh=False) for surface in viewers]

    assert {len(card.details.earlier) for card in cards} == {1}
    assert reads("pack_details") == details + 1


async def test_a_download_is_noticed_by_those_who_may_see_the_trail(console: Console) -> None:
    add_pack(console, status="ready")
    owner = surface_of(console)
    operator = surface_of(console, SignIn(a_viewer(Role.OPERATOR)))
    line = {"action": "pack.downloaded", "object_type": "review_pack", "object_id": 1}
    write(console, insert(AuditEntry).values(**line))

    assert len((await owner.read(1, fresh=True)).details.downloads) == 1
    assert (await operator.read(1, fresh=True)).details.downloads == ()


async def test_the_right_to_see_downloads_is_that_of_now(console: Console) -> None:
    add_pack(console, status="ready")
    line = {"action": "pack.downloaded", "object_type": "review_pack", "object_id": 1}
    write(console, insert(AuditEntry).values(**line))
    sign_in = SignIn()
    surface = surface_of(console, sign_in)
    sign_in.viewer = a_viewer(Role.TENANT_VIEWER, 1)

    assert await surface.may_look(1, fresh=True)
    assert (await surface.read(1, fresh=True)).details.downloads == ()


async def test_nothing_is_watched_any_more_once_the_last_card_is_closed(console: Console) -> None:
    add_pack(console, status="ready")
    surface = surface_of(console)
    await surface.read(1, fresh=True)

    surface.close()

    assert (len(console.packs), len(console.pack_details)) == (0, 0)


async def test_a_role_of_another_tenant_sees_no_card(console: Console) -> None:
    other = surface_of(console, SignIn(a_viewer(Role.TENANT_ADMIN, 2)))

    assert not await other.may_look(1, fresh=True)


async def test_an_end_that_was_noted_with_an_earlier_time_is_no_older_answer(
    console: Console,
) -> None:
    add_pack(console, status="generating", updated_at=NOW)
    surface = surface_of(console)
    generating = await surface.read(1, fresh=True)
    back = NOW.replace(microsecond=0) - timedelta(seconds=1)
    write(console, update(ReviewPack).values(status="ready", updated_at=back))

    ready = await surface.read(1, fresh=True)

    assert ready.pack is not None
    assert ready.pack.status == "ready"
    assert not surface.is_older(ready, generating)


@pytest.mark.parametrize("left", [0, 1])
async def test_a_card_whose_latest_pack_was_deleted_is_no_older_answer(
    console: Console, left: int
) -> None:
    for _ in range(left + 1):
        add_pack(console, status="generating")
    surface = surface_of(console)
    before = await surface.read(1, fresh=True)
    assert before.pack is not None
    write(console, delete(ReviewPack).where(col(ReviewPack.id) == before.pack.id))

    after = await surface.read(1, fresh=True)

    assert not surface.is_older(after, before)


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (a_pack_run("completed", completed_at=NOW), "Finished 12:03:10"),
        (a_pack_run(), "Finished 12:02:50"),
        (None, "Finished 12:02:50"),
    ],
)
async def test_the_badge_says_when_the_pack_was_finished_not_as_of_when_it_is(
    console: Console, run: PackRun | None, text: str
) -> None:
    generated_at, updated_at = NOW - timedelta(hours=1), NOW - timedelta(seconds=20)
    pack = a_pack(generated_at=generated_at, updated_at=updated_at, run=run)

    async with bare_stage("review_pack") as (stage, badge):
        surface = surface_of(console, stage=stage)
        surface.show_badge(BadgeState(Reason.TERMINAL, None, None), a_card(pack))

        assert badge.view["text"] == text


async def test_a_card_is_no_older_because_the_database_s_clock_was_set_back(
    console: Console,
) -> None:
    surface = surface_of(console)

    read_after = a_card(a_pack(now=NOW - timedelta(hours=1)))

    assert not surface.is_older(read_after, a_card(a_pack()))


async def test_whatever_changes_on_the_card_changes_its_look_and_a_mere_read_does_not(
    console: Console,
) -> None:
    sign_in = SignIn()
    surface = surface_of(console, sign_in)
    run = a_pack_run("queued", queue_position=3)
    pack = a_pack("queued", run=run)
    before = surface.look(a_card(pack))
    later = NOW + timedelta(seconds=10)
    read_again = replace(
        pack, now=later, run=replace(run, now=later, worker_seen_at=NOW + timedelta(seconds=9))
    )

    assert surface.look(a_card(read_again).at(later)) == before
    for changed in (
        replace(pack, summary={"stage": "runs"}),
        replace(pack, expires_at=NOW),
        replace(pack, run=replace(run, version=3)),
        replace(pack, run=replace(run, queue_position=2)),
        replace(pack, run=replace(run, worker_seen_at=None)),
    ):
        assert surface.look(a_card(changed)) != before
    sign_in.viewer = a_viewer(Role.AUDITOR)
    assert surface.look(a_card(pack)) != before


async def test_the_card_turns_at_the_first_expiry_of_all_that_it_shows(console: Console) -> None:
    surface = surface_of(console)
    sooner = a_pack(id=4, expires_at=NOW + timedelta(hours=1))
    card: CardSnapshot = a_card(a_pack(), sooner)

    first = surface.turned(card)
    assert first is not None
    second = surface.turned(first)
    assert second is not None

    assert [first.now, second.now] == [NOW + timedelta(hours=1), NOW + timedelta(days=30)]
    assert surface.turned(second) is None
    assert surface.look(first) != surface.look(card)
    assert surface.turned(a_card(None)) is None
