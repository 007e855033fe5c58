"""What a report consists of, whatever it is drawn on. All texts are plain, none is markup."""

from dataclasses import dataclass
from enum import StrEnum

_SHORT = 15


class Tone(StrEnum):
    GOOD = "good"
    MIXED = "mixed"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `tone` colours its text."""

    text: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is relative to the other columns of the table."""

    title: str
    width: int
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title; `note` says what was left out, `empty` what having no row means."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    note: str = ""

    @property
    def is_short(self) -> bool:
        """Whether it belongs on one page, which a longer table would leave half empty."""
        return len(self.rows) <= _SHORT


@dataclass(frozen=True, slots=True)
class Bar:
    """Runs of one stretch of time by how they ended; `rate` is the success rate in 0…1."""

    label: str
    succeeded: int
    partial: int
    failed: int
    other: int
    rate: float | None

    @property
    def runs(self) -> int:
        return self.succeeded + self.partial + self.failed + self.other


@dataclass(frozen=True, slots=True)
class Chart:
    """`bars` from left to right; `summary` says in words what the picture shows."""

    title: str
    bars: tuple[Bar, ...]
    summary: str

    @property
    def top(self) -> int:
        """Where the axis ends: a number that reads well and halves well. 0 without any run."""
        most = max((bar.runs for bar in self.bars), default=0)
        step = 2 * 10 ** max(len(str(most)) - 2, 0)
        return int(-(-most // step) * step)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that matters, with what it means below."""

    label: str
    value: str
    note: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    figures: tuple[Figure, ...]


Block = Table | Chart | Figures


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter: sentences that explain it, then what there is to see."""

    title: str
    paragraphs: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """`facts` stand on top: what this is about, who asked for it, when it was made."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    footer: str
