"""A real stage on a real page, without a record behind it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from nicegui import Client
from nicegui.testing import user_simulation

from tests.unit.presenters.factories import LOCALE
from ui.components.refresh_badge import RefreshBadge
from ui.components.viewed import Viewed
from ui.presenters.locale import Locale
from ui.stage import Stage


@asynccontextmanager
async def bare_stage(surface: str) -> AsyncIterator[tuple[Stage, RefreshBadge]]:
    """The stage of a page that shows nothing but a badge, and the badge."""
    async with user_simulation(root=lambda: None) as user:
        client = await user.open("/")
        yield stage_on(client, surface, {})


def stage_on(
    client: Client, surface: str, parts: Mapping[str, Viewed], locale: Locale = LOCALE
) -> tuple[Stage, RefreshBadge]:
    """A stage for these parts, and its badge."""
    # The simulation forgets what it has imported; so these are those of this simulation.
    from ui.components.refresh_badge import RefreshBadge
    from ui.components.stale_notice import StaleNotice
    from ui.stage import Stage

    with client:
        badge = RefreshBadge(surface, {})
        notice = StaleNotice(lambda text: None)
        return Stage(client, surface, parts, badge, notice, locale), badge
