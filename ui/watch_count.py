"""How many records are watched at the moment, by what is read of them."""

from dataclasses import fields
from functools import partial

from services import metrics
from services.snapshots import SharedReads
from ui.console import Console


def count_what_is_watched(console: Console) -> None:
    """Tell of all shared reads of `console`, whenever somebody asks."""
    for field in fields(console):
        reads = getattr(console, field.name)
        if isinstance(reads, SharedReads):
            metrics.snapshots.labels(reads.kind).set_function(partial(len, reads))
