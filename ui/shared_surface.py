"""What all live surfaces have in common: a shared read, a stage, and whose page it is."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from policy.decision import Reason
from ui.page_session import PageSession
from ui.stage import Stage

S = TypeVar("S")


class SharedRead(Protocol):
    """A viewer's place at what is read for many; see `services.snapshots.Watch`."""

    @property
    def age(self) -> float: ...
    def keep_pace(self, pace: float | None) -> None: ...
    def close(self) -> None: ...


class SharedSurface(Generic[S]):
    """The part of `ui.live.Surface` that is the same for all.

    `paint` has the parts of a snapshot taken to the stage, `clear` takes them off the page.
    """

    _watch: SharedRead

    def __init__(
        self,
        session: PageSession,
        stage: Stage,
        paint: Callable[[S], None],
        clear: Callable[[], None],
    ) -> None:
        self._session = session
        self._stage = stage
        self._paint = paint
        self._clear = clear
        self._hears: Callable[[], None] | None = None
        self._pace: float | None = None

    @property
    def age(self) -> float:
        return self._watch.age

    def listen(self, heard: Callable[[], None]) -> None:
        self._hears = heard

    def keep_pace(self, pace: float | None) -> None:
        if pace != self._pace:
            self._pace = pace
            self._watch.keep_pace(pace)
            self._session.keep_pace(self, pace)

    def paint(self, snapshot: S) -> None:
        self._paint(snapshot)

    def clear(self, reason: Reason) -> None:
        self._clear()

    def is_at(self, number: object) -> bool:
        return self._stage.is_at(number)

    def lose(self) -> None:
        self._stage.lose()

    def close(self) -> None:
        self._watch.close()
        self._session.keep_pace(self, None)

    def _heard(self, _news: object) -> None:
        if self._hears is not None:
            self._hears()
