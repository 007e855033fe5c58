"""Asking to be told when a run is done."""

from sqlalchemy import bindparam, delete, insert, literal, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from models import OperationRun, RunWatch
from policy.access import Action
from policy.status import ux_status
from services.auth import Viewer
from services.run_terms import RunNotFoundError

_WATCH = SQLModel.metadata.tables["run_watch"]
# Built once: every page of a run that is still at work asks it.
_IS_WATCHING = select(literal(1)).where(
    col(RunWatch.run_id) == bindparam("run_id"), col(RunWatch.user_id) == bindparam("user_id")
)
_LONGEST_LANGUAGE = 20


def watch(session: Session, viewer: Viewer, run_id: int, language: str | None = None) -> bool:
    """Have the person told when the run is done; False when it is done already.

    Raises `RunNotFoundError` for a run that the person does not see.
    """
    run = _find_seen(session, viewer, run_id)
    if not ux_status(run.status, run.outcome).is_active:
        return False
    if not is_watching(session, viewer.user_id, run_id):
        told = None if language is None else language[:_LONGEST_LANGUAGE]
        session.execute(insert(_WATCH).values(run_id=run_id, user_id=viewer.user_id, language=told))
    return True


def unwatch(session: Session, viewer: Viewer, run_id: int) -> None:
    """Have the person not told after all."""
    _find_seen(session, viewer, run_id)
    session.execute(
        delete(RunWatch).where(
            col(RunWatch.run_id) == run_id, col(RunWatch.user_id) == viewer.user_id
        )
    )


def is_watching(session: Session, user_id: int, run_id: int) -> bool:
    """Whether the person asked to be told of this run."""
    asked = {"run_id": run_id, "user_id": user_id}
    return session.connection().execute(_IS_WATCHING, asked).first() is not None


def _find_seen(session: Session, viewer: Viewer, run_id: int) -> OperationRun:
    # Locked where rows can be, or a run that ends at this very moment would tell nobody.
    run = session.scalar(
        select(OperationRun).where(col(OperationRun.id) == run_id).with_for_update()
    )
    if run is None or not viewer.may_in(run.workspace_id, Action.SEE, run.tenant_id):
        raise RunNotFoundError
    return run
