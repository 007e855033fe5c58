"""The live surface that shows a tenant's review pack."""

import math
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime

from policy import review_pack_polling
from policy.access import Action
from policy.decision import Decision, Guards
from policy.review_pack_polling import PackFacts
from services.pack_card import CardDetails, CardSnapshot, DetailsKey, PackSnapshot
from services.snapshots import Watch
from services.tenants import TenantRef
from ui.console import Console
from ui.live import BadgeState, Version
from ui.page_session import PageSession
from ui.shared_surface import SharedSurface
from ui.stage import Stage


class ReviewPackSurface(SharedSurface[CardSnapshot]):
    """A tenant's latest review pack. Its end is none: the next pack may be anybody's."""

    name = "review_pack"
    ends_for_good = False
    _watch: Watch[int, CardSnapshot]

    def __init__(
        self,
        console: Console,
        session: PageSession,
        tenant: TenantRef,
        card: CardSnapshot,
        stage: Stage,
        paint: Callable[[CardSnapshot], None],
        clear: Callable[[], None],
    ) -> None:
        super().__init__(session, stage, paint, clear)
        self._tenant = tenant
        self._watch = console.packs.watch(tenant.id, self._heard)
        self._shared_details = console.pack_details
        self._details: CardDetails | None = card.details
        self._details_watch = self._shared_details.watch(self._details_key(card))

    async def may_look(self, max_age: float, *, fresh: bool) -> bool:
        viewer = await self._session.look(max_age, fresh=fresh)
        place = self._tenant
        return viewer is not None and viewer.may_in(place.workspace_id, Action.SEE, place.id)

    async def read(self, max_age: float, *, fresh: bool) -> CardSnapshot:
        card = await self._watch.read(max_age, fresh=fresh)
        details = await self._details_of(card)
        # For all who see the same around it, it is one and the same snapshot.
        return card.once(self._details_watch.key, lambda: replace(card, details=details))

    def decide(self, snapshot: CardSnapshot | None, guards: Guards, now: datetime) -> Decision:
        return review_pack_polling.decide(_pack_facts(snapshot), guards, now)

    def version(self, snapshot: CardSnapshot) -> Version | None:
        return None if snapshot.pack is None else (snapshot.pack.id, snapshot.pack.version)

    def is_older(self, new: CardSnapshot, shown: CardSnapshot) -> bool:
        # Other programs set `updated_at` back, and delete the latest row; and the database's clock
        # can be set back too. When the reading began, which the driver looks at, is enough.
        return False

    def look(self, snapshot: CardSnapshot) -> Hashable:
        earlier = tuple(_pack_look(pack, snapshot.now) for pack in snapshot.details.earlier)
        pack, grants = snapshot.pack, self._session.viewer.grants
        latest = None if pack is None else _pack_look(pack, snapshot.now)
        return latest, earlier, snapshot.details.downloads, grants

    def turned(self, snapshot: CardSnapshot) -> CardSnapshot | None:
        packs = (snapshot.pack, *snapshot.details.earlier)
        turns = [review_pack_polling.repaint_at(pack.facts, snapshot.now) for pack in packs if pack]
        at = min((turn for turn in turns if turn is not None), default=None)
        return None if at is None else snapshot.at(at)

    def show_badge(self, state: BadgeState, snapshot: CardSnapshot | None) -> None:
        pack = None if snapshot is None else snapshot.pack
        version = str(pack.version) if pack and pack.updated_at else ""
        finished_at = None if pack is None else pack.finished_at
        self._stage.show(state, version, finished_at)

    def close(self) -> None:
        super().close()
        self._details_watch.close()

    async def _details_of(self, card: CardSnapshot) -> CardDetails:
        """Read anew only when they have changed, and once for all who watch."""
        key = self._details_key(card)
        if key != self._details_watch.key:
            self._details_watch.close()
            self._details_watch, self._details = self._shared_details.watch(key), None
        if self._details is None:
            self._details = await self._details_watch.read(math.inf)
        return self._details

    def _details_key(self, card: CardSnapshot) -> DetailsKey:
        place = self._tenant
        may_audit = self._session.viewer.may_in(place.workspace_id, Action.AUDIT, place.id)
        return card.details_key(place.id, with_downloads=may_audit)


def _pack_facts(card: CardSnapshot | None) -> PackFacts | None:
    return None if card is None or card.pack is None else card.pack.facts


def _pack_look(pack: PackSnapshot, now: datetime) -> Hashable:
    run = pack.run
    life = None if run is None else (run.version, run.ux_status, run.queue_position, run.liveness)
    return pack.at_rest, pack.ux_status(now), life
