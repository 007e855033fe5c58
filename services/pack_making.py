"""The row of a pack that is being made: what is asked for, how far it is, what it came to."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, PackStatus, ReviewPack, RunStatus, Tenant
from models.columns import from_now, utc_now
from services.packs.order import PackOrder, Stage, parse_options
from services.packs.storage.checksums import FileFacts
from services.run_terms import ClaimedRun
from stillwatch import __version__

if TYPE_CHECKING:
    from services.packs.making import MadePack


class PackGoneError(Exception):
    """There is no pack for the run to make; the message is safe to show."""


@dataclass(frozen=True, slots=True)
class Commission:
    """A pack to be made by a run, and the name that its file gets."""

    order: PackOrder
    file_name: str


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A finished pack's file: where it lies, and what it must be."""

    disk: str
    path: str
    facts: FileFacts


def find_commission(session: Session, run: ClaimedRun) -> Commission:
    """What `run` is to make. Raises `PackGoneError` or `PackOptionsError`."""
    row: Any = session.execute(
        select(utc_now().label("now"), ReviewPack, col(Tenant.slug))
        .outerjoin(Tenant, col(Tenant.id) == col(ReviewPack.tenant_id))
        .where(col(ReviewPack.operation_run_id) == run.id)
    ).one_or_none()
    if row is None:
        raise PackGoneError("There is no review pack that this run could make.")
    now, pack, slug = row
    return Commission(
        PackOrder(
            pack_id=pack.id,
            run_id=run.id,
            tenant_id=pack.tenant_id,
            options=parse_options(pack.options),
            asked_by_user_id=pack.initiated_by_user_id,
            generated_at=now,
            software_version=__version__,
        ),
        f"{file_word(slug)}/review-pack-{pack.id}",
    )


def file_word(slug: str | None) -> str:
    """A tenant's slug as part of a file's name, whatever other programs have made of it."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", slug or "").strip("-_")[:80] or "tenant"


def tell_stage(session: Session, run: ClaimedRun, stage: Stage, share: float) -> None:
    """Say what the making is at, as long as `run` is in the hands that say it."""
    is_held = exists().where(
        col(OperationRun.id) == run.id,
        col(OperationRun.lease_token) == run.token,
        col(OperationRun.status) == RunStatus.RUNNING,
    )
    session.execute(
        update(ReviewPack)
        .where(
            col(ReviewPack.operation_run_id) == run.id,
            col(ReviewPack.status) == PackStatus.GENERATING,
            is_held,
        )
        .values(
            summary={"stage": stage.value, "share": round(share, 3)},
            updated_at=utc_now(),
        )
        .execution_options(synchronize_session=False)
    )


def make_ready(
    session: Session,
    order: PackOrder,
    made: "MadePack",
    file: KeptFile,
    keep_for: timedelta,
) -> None:
    """Store what came of it, in the transaction that completes the run. Raises `PackGoneError`."""
    moved = session.execute(
        update(ReviewPack)
        .where(
            col(ReviewPack.id) == order.pack_id,
            col(ReviewPack.operation_run_id) == order.run_id,
            col(ReviewPack.status) == PackStatus.GENERATING,
        )
        .values(
            status=PackStatus.READY.value,
            file_disk=file.disk,
            file_path=file.path,
            file_size=file.facts.size,
            sha256=file.facts.sha256,
            generated_at=utc_now(),
            expires_at=from_now(keep_for),
            updated_at=utc_now(),
            summary=_summary(made, file.facts),
        )
        .returning(col(ReviewPack.id))
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is None:
        raise PackGoneError("The review pack was taken away while it was made.")


def _summary(made: "MadePack", facts: FileFacts) -> Mapping[str, Any]:
    return {
        "counts": dict(made.counts),
        "members": [asdict(member) for member in made.members],
        "chunks": facts.as_json(),
    }
