"""Two people before the same card: one read for both, one moment at which it is painted."""

import asyncio
from datetime import timedelta
from typing import Any

from policy.access import Action
from services.pack_card import CardDetails, CardSnapshot
from services.snapshots import SharedReads
from services.tenants import TenantRef
from tests.stepped_loop import stepped
from tests.ui.rig import START, PackScreen, Rig, page
from tests.ui.stages import stage_on
from tests.unit.presenters.factories import LOCALE, a_pack
from ui.live import Live
from ui.pack_surface import ReviewPackSurface

CONTOSO = TenantRef(1, 1, "contoso", "Contoso")
READY_AT, EXPIRES_AT = 9.5, 60.0


class Viewer:
    """Who may see everything."""

    grants = ()

    def may_in(self, workspace_id: int, action: Action, tenant_id: int) -> bool:
        return True


class SignIn:
    viewer, locale = Viewer(), LOCALE

    async def look(self, max_age: float, *, fresh: bool) -> Viewer:
        return self.viewer

    def keep_pace(self, part: object, pace: float | None) -> None:
        pass

    def on_other_rights(self, hearer: object) -> None:
        pass


class Office:
    """A pack that is ready after 9.5 s and expires after a minute, in stepped time."""

    def __init__(self) -> None:
        self._time = asyncio.get_running_loop().time
        self._born = self._time()
        self.reads = 0
        self.packs = SharedReads.one_by_one("pack", self._read, self._time)
        self.pack_details = SharedReads.one_by_one("pack_details", self._read_details, self._time)

    @property
    def seconds(self) -> float:
        return self._time() - self._born

    def card(self) -> CardSnapshot:
        now = START + timedelta(seconds=self.seconds)
        status = "ready" if self.seconds >= READY_AT else "generating"
        expires_at = START + timedelta(seconds=EXPIRES_AT)
        return CardSnapshot(now, a_pack(status, now=now, expires_at=expires_at))

    async def _read(self, tenant_id: int) -> CardSnapshot:
        self.reads += 1
        return self.card()

    async def _read_details(self, key: object) -> CardDetails:
        return CardDetails()


def open_card(rig: Rig, office: Office, paints: list[tuple[float, str, float]]) -> Live[Any]:
    """Another card on the page; a paint is noted with its time, status and seconds left."""

    def paint(card: CardSnapshot) -> None:
        assert card.pack is not None
        left = (card.pack.expires_at - card.now).total_seconds()
        paints.append((office.seconds, card.pack.ux_status(card.now).value, left))

    shared: Any = office
    sign_in: Any = SignIn()
    stage, _ = stage_on(rig.client, "review_pack", {})
    with rig.client:
        surface = ReviewPackSurface(
            shared, sign_in, CONTOSO, office.card(), stage, paint, lambda: None
        )
        return Live(surface, rig.browser, asyncio.get_running_loop().time, office.card())


@stepped
async def test_who_was_served_by_another_s_read_sees_the_pack_expire_at_the_same_moment() -> None:
    async with page(PackScreen, expires_in=None) as rig:
        rig.report("visible")
        office = Office()
        first: list[tuple[float, str, float]] = []
        second: list[tuple[float, str, float]] = []
        open_card(rig, office, first)
        await asyncio.sleep(9)
        open_card(rig, office, second)

        await asyncio.sleep(60)

        assert office.reads == 1
        for paints in (first, second):
            # The second is told what the first one's read has brought; neither waits for its own.
            assert rounded(paints) == [(10, "ready", EXPIRES_AT - 10), (EXPIRES_AT, "expired", 0)]


def rounded(paints: list[tuple[float, str, float]]) -> list[tuple[float, str, float]]:
    return [(round(at, 1), status, round(left, 1)) for at, status, left in paints]
