"""What a screen reader says of changes; the one such place of a page."""

from ui.components.viewed import Viewed

_KEPT = 5


class Announcer(Viewed, component="announcer.js"):
    """Empty until something changes, and touched by nothing else."""

    def __init__(self) -> None:
        super().__init__([])
        self._told = 0
        self.mark("announcements")

    def tell(self, text: str) -> None:
        """Have `text` read out; an empty one is none."""
        if text:
            self._told += 1
            self.show([*self.view, {"id": self._told, "text": text}][-_KEPT:])
