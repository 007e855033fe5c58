"""All that a report says, in bounded memory: totals, and the latest of what there is more of."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from services.packs.access_evidence import AccessLine
from services.packs.audit_evidence import AuditRow
from services.packs.earlier_packs import EarlierPack
from services.packs.order import PackOrder
from services.packs.place import Place
from services.packs.plain_text import plain
from services.packs.run_statistics import OTHERS, RunStatistics

T = TypeVar("T")

MOST_LINES_SHOWN = 150
_MOST_ACTIONS = 100


class Latest(Generic[T]):
    """The last 150 of the items added, and how many there were."""

    def __init__(self) -> None:
        self.items: deque[T] = deque(maxlen=MOST_LINES_SHOWN)
        self.count = 0

    def add(self, items: Iterable[T]) -> None:
        for item in items:
            self.items.append(item)
            self.count += 1


class AuditTrail:
    """The trail as the report shows it: how often what was done, and the changes of members."""

    def __init__(self) -> None:
        self.actions: Counter[str] = Counter()
        self.entries: Latest[AuditRow] = Latest()
        self.member_changes: Latest[AuditRow] = Latest()

    def add(self, rows: Iterable[AuditRow]) -> None:
        for row in rows:
            action = plain(row.action)
            known = action in self.actions or len(self.actions) < _MOST_ACTIONS
            self.actions[action if known else OTHERS] += 1
            self.entries.add((row,))
            if row.is_of_members:
                self.member_changes.add((row,))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was gathered for one pack."""

    place: Place
    order: PackOrder
    runs: RunStatistics
    access: Latest[AccessLine] = field(default_factory=Latest)
    trail: AuditTrail = field(default_factory=AuditTrail)
    packs: list[EarlierPack] = field(default_factory=list)
