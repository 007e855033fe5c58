"""The port between a requested run and whoever does it."""

from typing import Protocol

from sqlalchemy.orm import Session

from services.run_terms import Delivery


class Engine(Protocol):
    """Takes runs over inside the caller's transaction, and does them between start and stop."""

    def enqueue(self, session: Session, delivery: Delivery) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
