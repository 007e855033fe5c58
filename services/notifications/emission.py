"""What the end of a run sets off, in the transaction in which it ends."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Row,
    Text,
    bindparam,
    cast,
    insert,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from models import NOTIFICATION_SENDING, RunOutcome
from models.columns import BigIntegerId
from services.run_terms import Requested, RunRequest

_WATCH = SQLModel.metadata.tables["run_watch"]
_CHANNEL = SQLModel.metadata.tables["notification_channel"]
_NOTIFICATION = SQLModel.metadata.tables["notification"]
_DELIVERY = SQLModel.metadata.tables["notification_delivery"]
_BAD = frozenset({RunOutcome.FAILED.value, RunOutcome.PARTIALLY_SUCCEEDED.value})

# Built once: every run that ends asks it, and hardly any is told of.
_AUDIENCE = union_all(
    select(
        _WATCH.c.user_id,
        _WATCH.c.language,
        _CHANNEL.c.id.label("channel_id"),
        _CHANNEL.c.name.label("channel_name"),
    )
    .select_from(_WATCH.outerjoin(_CHANNEL, _CHANNEL.c.user_id == _WATCH.c.user_id))
    .where(_WATCH.c.run_id == bindparam("run_id", type_=BigIntegerId)),
    select(
        cast(null(), BigIntegerId),
        cast(null(), Text),
        _CHANNEL.c.id,
        _CHANNEL.c.name,
    ).where(
        _CHANNEL.c.workspace_id == bindparam("workspace_id", type_=BigIntegerId),
        _CHANNEL.c.user_id.is_(None),
        or_(_CHANNEL.c.events == "all", bindparam("is_bad", type_=Boolean)),
    ),
)

Request = Callable[[RunRequest], Requested]


def tell_end(session: Session, run: Row[Any], request: Request) -> None:
    """Put it in the page for whoever asked, and have it sent by their and the workspace's channels.

    `request` asks for the one run that sends.
    """
    if run.type == NOTIFICATION_SENDING:
        return  # or telling would never end
    audience = session.execute(
        _AUDIENCE,
        {
            "run_id": run.id,
            "workspace_id": run.workspace_id,
            "is_bad": run.outcome in _BAD,
        },
    ).all()
    watchers = {row.user_id for row in audience if row.user_id is not None}
    if watchers:
        _put_in_page(session, run, watchers)
    channels = [row for row in audience if row.channel_id is not None]
    if channels:
        _have_sent(session, run, channels, request)


def _put_in_page(session: Session, run: Row[Any], watchers: set[int]) -> None:
    about = {"workspace_id": run.workspace_id, "tenant_id": run.tenant_id, "run_id": run.id}
    session.execute(
        insert(_NOTIFICATION), [{"user_id": user_id, **about} for user_id in sorted(watchers)]
    )


def _have_sent(
    session: Session, run: Row[Any], channels: Sequence[Row[Any]], request: Request
) -> None:
    sending = request(
        RunRequest(
            workspace_id=run.workspace_id,
            type=NOTIFICATION_SENDING,
            active_key=f"{NOTIFICATION_SENDING}:{run.id}",
            tenant_id=run.tenant_id,
            context={"run": run.id},
        )
    )
    session.execute(
        insert(_DELIVERY),
        [
            {
                "workspace_id": run.workspace_id,
                "user_id": row.user_id,
                "channel_id": row.channel_id,
                "channel_name": row.channel_name,
                "run_id": run.id,
                "sending_run_id": sending.run_id,
                "language": row.language,
            }
            for row in channels
        ],
    )
