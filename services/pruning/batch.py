"""What one batch of a pruning came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows were removed, and how many are too old but kept."""

    removed: int
    kept: int
