"""Where one page shows one surface: it knows which scene its browser stands at, by number.

A browser that has missed something is brought to the present scene whole.
"""

from collections.abc import Mapping
from datetime import datetime

from nicegui import Client

from services import metrics
from ui.components.refresh_badge import RefreshBadge
from ui.components.stale_notice import StaleNotice
from ui.components.viewed import Viewed
from ui.live import BadgeState
from ui.presenters.badge import badge
from ui.presenters.locale import Locale
from ui.scene import Scene

_BADGE = "badge"


class Stage:
    """The parts of a surface on one page, and the badge that tells of it, always as one scene."""

    def __init__(
        self,
        client: Client,
        surface: str,
        parts: Mapping[str, Viewed],
        badge: RefreshBadge,
        notice: StaleNotice,
        locale: Locale,
    ) -> None:
        self._client = client
        self._surface = surface
        self._bytes = metrics.refresh_bytes.labels(surface)
        self._elements = {**parts, _BADGE: badge}
        self._kinds = {name: type(element) for name, element in self._elements.items()}
        self._badge = badge
        self._notice = notice
        self._locale = locale
        self._taken = Scene({})  # the parts without the badge
        self._shown: Scene | None = None
        self._asked: tuple[Scene, ...] = ()  # also while nothing of them differs from what is shown
        self._is_lost = False
        self._is_retaken = False  # since it was lost
        self._told: object = None

    def take(self, scene: Scene) -> None:
        """Have these parts shown with the next badge."""
        self._taken = scene
        self._is_retaken = True

    def show(self, state: BadgeState, version: str, finished_at: datetime | None) -> None:
        """Show the parts that were taken last, under a badge of what the driver really does."""
        locale, taken = self._locale, self._taken
        if self._told == (told := (taken, state, version)) and not self._is_lost:
            return  # as nearly always: nothing has changed
        self._told = told

        def with_badge() -> Scene:
            view = badge(
                state.reason,
                state.armed,
                finished_at=finished_at,
                stale_since=state.stale_since,
                locale=locale,
            )
            return Scene({**taken.parts, _BADGE: {**view, "version": version}})

        self._go_to(taken.told_with((state, version, locale), with_badge))
        self._notice.state(state.stale_since, locale)

    def is_at(self, number: object) -> bool:
        """Whether a browser that stands at that scene has missed nothing."""
        return self._shown is not None and number == self._shown.number

    def lose(self) -> None:
        """The browser has missed something: what is taken next is sent whole."""
        self._is_lost, self._is_retaken = True, False

    def _go_to(self, scene: Scene) -> None:
        before = self._shown
        self._asked = (scene,)
        if before is None:
            self._open(scene)
        elif self._is_lost:
            if self._is_retaken:
                self._is_lost = False
                self._send(scene.after(before), None)
        elif scene is not before:
            self._send(scene.after(before), before)

    def _open(self, scene: Scene) -> None:
        """The page is being built: what it shows goes with it."""
        for name, element in self._elements.items():
            element.hold(scene.parts[name])
        places = {name: element.id for name, element in self._elements.items()}
        self._badge.enter({"at": scene.number, "parts": places})
        self._shown = scene

    def _send(self, scene: Scene, before: Scene | None) -> None:
        self._asked = (*self._asked, scene)
        surface = self._surface
        step = (
            scene.whole(surface)
            if before is None
            else scene.step_from(before, surface, self._kinds)
        )
        if not step.changed:
            return
        for name in step.changed:
            self._elements[name].hold(scene.parts[name])
        self._shown = scene
        sockets = step.letter.post_to(self._client.id)
        self._bytes.inc(step.letter.length * sockets)
