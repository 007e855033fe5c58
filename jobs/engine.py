"""The port between a requested run and whoever does it."""

from typing import Protocol

from sqlalchemy.orm import Session


class Engine(Protocol):
    """Takes runs over inside the caller's transaction, and does them between start and stop."""

    def enqueue(self, session: Session, run_id: int) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
