"""A tenant's review pack: what it is at, what it holds, and what came before it."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.components.viewed import Viewed


class PackCard(Viewed, component="pack_card.js"):
    """Calls `generate` when the person asks for a pack."""

    def __init__(self, generate: Callable[[], None], words: Mapping[str, Any]) -> None:
        super().__init__(words=words)
        self.mark("review-pack-card")
        self.on("generate", generate, args=[])
