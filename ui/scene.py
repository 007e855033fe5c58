"""What many pages show alike, worked out and encoded once for all of them."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any, NamedTuple

from services.remembering import Remembering
from ui.components.viewed import Viewed

_numbers = count(1)
Parts = Mapping[str, Any]


class Scene(Remembering):
    """All parts of a surface at one moment, as plain views by name, for all whom it suits.

    What a browser is shown later has the greater number.
    """

    def __init__(self, parts: Parts) -> None:
        self.number = next(_numbers)
        self.parts = parts

    def after(self, before: "Scene") -> "Scene":
        """This scene, as one that follows `before`: to the browser also what was is something new."""
        if self.number > before.number:
            return self
        return before.once(("again", self.number), lambda: Scene(self.parts))

    def whole(self, surface: str) -> "Step":
        """The way to here from wherever a browser is."""
        return self.once("whole", lambda: _whole(surface, self))

    def step_from(
        self, before: "Scene", surface: str, elements: Mapping[str, type[Viewed]]
    ) -> "Step":
        """The way to here from the scene before."""
        return self.once(before.number, lambda: _step(surface, elements, before, self))


class Step(NamedTuple):
    """Which parts differ, and the message that tells a browser how."""

    changed: tuple[str, ...]
    message: str


def _whole(surface: str, scene: Scene) -> Step:
    patches = {name: {"=": view} for name, view in scene.parts.items()}
    return Step(tuple(patches), _message(surface, None, scene, patches))


def _step(surface: str, elements: Mapping[str, type[Viewed]], before: Scene, scene: Scene) -> Step:
    patches = {
        name: _patch(before.parts[name], view)
        for name, view in scene.parts.items()
        if elements[name].is_news(before.parts[name], view)
    }
    return Step(tuple(patches), _message(surface, before, scene, patches))


def _patch(before: Any, view: Any) -> dict[str, Any]:
    """What the browser has to do to a view: replace it, or only some of its items."""
    if isinstance(before, dict) and isinstance(view, dict) and before.keys() == view.keys():
        return {"+": {key: item for key, item in view.items() if item != before[key]}}
    if isinstance(before, list) and isinstance(view, list) and len(before) == len(view):
        pairs = enumerate(zip(before, view, strict=True))
        return {"+": {place: new for place, (old, new) in pairs if new != old}}
    return {"=": view}


def _message(surface: str, before: Scene | None, scene: Scene, patches: Parts) -> str:
    body = {
        "surface": surface,
        "from": None if before is None else before.number,
        "to": scene.number,
        "parts": patches,
    }
    return f"2{json.dumps(['shown', body], separators=(',', ':'), ensure_ascii=False)}"
