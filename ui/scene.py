"""What many pages show alike, worked out and encoded once for all of them."""

import json
from collections.abc import Callable, Hashable, Mapping
from itertools import count
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakValueDictionary

from services.remembering import Remembering
from ui.components.viewed import Viewed
from ui.fan_out import Letter, letter_of

_numbers = count(1)
Parts = Mapping[str, Any]


class Scene(Remembering):
    """All parts of a surface at one moment, as plain views by name, for all whom it suits.

    What a browser is shown later has the greater number.
    """

    def __init__(self, parts: Parts) -> None:
        self.number = next(_numbers)
        self.parts = parts
        # Only for as long as somebody shows them: pages come and go, and hide and show themselves,
        # while what is read stays the same for days.
        self._others: WeakValueDictionary[Hashable, Scene] = WeakValueDictionary()
        self._steps: WeakKeyDictionary[Scene, Step] = WeakKeyDictionary()

    def told_with(self, key: Hashable, tell: Callable[[], "Scene"]) -> "Scene":
        """The scene that `tell` makes of this one, one and the same for all who show it now."""
        scene = self._others.get(key)
        if scene is None:
            scene = self._others[key] = tell()
        return scene

    def after(self, before: "Scene") -> "Scene":
        """This scene as one that follows `before`; what has been before is one anew."""
        if self.number > before.number:
            return self
        return before.told_with(("again", self.number), lambda: Scene(self.parts))

    def whole(self, surface: str) -> "Step":
        """The way to here from wherever a browser is."""
        return self.once("whole", lambda: _whole(surface, self))

    def step_from(
        self, before: "Scene", surface: str, elements: Mapping[str, type[Viewed]]
    ) -> "Step":
        """The way to here from the scene before."""
        step = self._steps.get(before)
        if step is None:
            step = self._steps[before] = _step(surface, elements, before, self)
        return step


class Step(NamedTuple):
    """Which parts differ, and the letter that tells browsers how."""

    changed: tuple[str, ...]
    letter: Letter


def _whole(surface: str, scene: Scene) -> Step:
    patches = {name: {"=": view} for name, view in scene.parts.items()}
    return Step(tuple(patches), _letter(surface, None, scene, patches))


def _step(surface: str, elements: Mapping[str, type[Viewed]], before: Scene, scene: Scene) -> Step:
    found = {
        name: elements[name].patch(before.parts[name], view) for name, view in scene.parts.items()
    }
    patches = {name: patch for name, patch in found.items() if patch is not None}
    return Step(tuple(patches), _letter(surface, before, scene, patches))


def _letter(surface: str, before: Scene | None, scene: Scene, patches: Parts) -> Letter:
    body = {
        "surface": surface,
        "from": None if before is None else before.number,
        "to": scene.number,
        "parts": patches,
    }
    return letter_of("shown", json.dumps(body, separators=(",", ":"), ensure_ascii=False))
