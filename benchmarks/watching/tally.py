"""What the viewers have received, and how long after its commit."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from time import monotonic
from typing import Any


@dataclass
class Tally:
    """Counts since `restart`, of all viewers together.

    A delivery is a message that brought a viewer a newer version than it had. Its delays are those
    of every commit that it covers: who asks each 5 s learns of the oldest of five 5 s late. A
    `group` is named after its interval: `5 s`.
    """

    messages: Counter[str] = field(default_factory=Counter)
    wire_bytes: Counter[str] = field(default_factory=Counter)
    deliveries: int = 0
    resyncs: int = 0
    dropped: int = 0
    delays: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    receipts: defaultdict[str, dict[int, list[float]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    commits: defaultdict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def restart(self) -> None:
        """Forget what was counted; commits from before are nobody's delay any more."""
        commits = self.commits
        self.__init__()  # type: ignore[misc]
        self.commits.update({path: {} for path in commits})

    def committed(self, path: str, version: int) -> None:
        self.commits[path][version] = monotonic()

    def received(self, kind: str, size: int) -> None:
        self.messages[kind] += 1
        self.wire_bytes[kind] += size

    def delivered(self, who: object, path: str, group: str, before: int, version: int) -> None:
        """A viewer `who` of `path`, who had the version `before`, has `version` now."""
        self.deliveries += 1
        now, commits = monotonic(), self.commits[path]
        self.receipts[group].setdefault(id(who), []).append(now)
        for number in range(before + 1, version + 1):
            at = commits.get(number)
            if at is not None:
                self.delays[group].append(now - at)

    def told(self) -> dict[str, Any]:
        """All of it as JSON; delays in milliseconds as percentiles by group."""
        return {
            "messages": dict(self.messages),
            "wire_bytes": dict(self.wire_bytes),
            "deliveries": self.deliveries,
            "turns": {group: _turns(group, known) for group, known in self.receipts.items()},
            "resyncs": self.resyncs,
            "dropped": self.dropped,
            "delays": {group: _percentiles(values) for group, values in self.delays.items()},
        }


def _turns(group: str, receipts: dict[int, list[float]]) -> dict[str, int]:
    """How many deliveries were due, and came, between the first and the last of each viewer.

    Counted between what did come, so that neither end of the counting adds or takes one.
    """
    interval = float(group.split()[0])
    due = sum(round((times[-1] - times[0]) / interval) for times in receipts.values())
    return {
        "due": due,
        "came": sum(len(times) - 1 for times in receipts.values()),
        "viewers": len(receipts),
    }


def _percentiles(seconds: list[float]) -> dict[str, float]:
    ranked = sorted(seconds)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}
    last = len(ranked) - 1
    return {"count": len(ranked)} | {
        name: round(1000 * ranked[round(last * share)], 1) for name, share in at.items()
    }
