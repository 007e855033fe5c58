"""Which runs of a workspace a list asks for, as the parameters of an address."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RunFilter:
    """All that is given must hold; an empty filter asks for every run. Times are aware UTC,
    `created_from` included, `created_before` not. `statuses` are UX statuses (`policy.status`).
    """

    statuses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tenant_slug: str | None = None
    initiator_id: int | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    text: str = ""
