"""What the review packs of a workspace refer to, for as long as they are to be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import PackStatus, ReviewPack
from services.packs.order import PackOptionsError, parse_options

_OVER = (PackStatus.FAILED.value, PackStatus.EXPIRED.value)


@dataclass(frozen=True, slots=True)
class _Citation:
    """One pack's: its tenant's runs of a period, or all of them when nobody can say which."""

    tenant_id: int
    period: tuple[datetime, datetime] | None

    def covers(self, moment: datetime | None) -> bool:
        if self.period is None or moment is None:
            return True
        return self.period[0] <= moment < self.period[1]


@dataclass(frozen=True, slots=True)
class Citations:
    """What the unexpired packs of a workspace cite, of its runs and of its trail."""

    _packs: Sequence[_Citation]
    _makers: frozenset[int]

    def cite_run(self, run_id: int, tenant_id: int | None, created_at: datetime | None) -> bool:
        """Whether a run made one of the packs, or was created in a period that one covers."""
        return run_id in self._makers or any(
            pack.tenant_id == tenant_id and pack.covers(created_at) for pack in self._packs
        )

    def cite_entry(self, at: datetime | None) -> bool:
        """Whether an entry of the trail is from such a period: of whichever tenant, because
        changes of members stand in the packs of all."""
        return any(pack.covers(at) for pack in self._packs)


def find_citations(session: Session, workspace_id: int) -> Citations:
    """Every pack counts that has not expired or failed, also one in a state nobody knows."""
    rows = session.execute(
        select(
            col(ReviewPack.tenant_id), col(ReviewPack.operation_run_id), col(ReviewPack.options)
        ).where(col(ReviewPack.workspace_id) == workspace_id, col(ReviewPack.status).not_in(_OVER))
    ).all()
    return Citations(
        [_Citation(tenant_id, _period(options)) for tenant_id, _run, options in rows],
        frozenset(run_id for _tenant, run_id, _options in rows if run_id is not None),
    )


def _period(options: Any) -> tuple[datetime, datetime] | None:
    try:
        read = parse_options(options)
    except PackOptionsError:
        return None
    return read.period_from, read.period_to
