"""Factories: people of a demo-like world, and the packs that they ask for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import AuditEntry, OperationRun, ReviewPack, Role, Tenant, Workspace
from policy.access import Grant, visible_scope
from services.auth import Viewer, WorkspaceRef
from services.database import Database
from services.packs.order import PackOptions
from services.review_packs import RequestedPack, ReviewPacks
from services.run_terms import Delivery, Enqueue
from tests.services.packs import World

OPTIONS = PackOptions(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def nobody(_session: Session, _delivery: Delivery) -> None:
    """Hands the run to nobody: the test itself does the work, or none is done."""


@dataclass(frozen=True, slots=True)
class Office:
    """A world with its people, and what they do with packs."""

    world: World

    @property
    def database(self) -> Database:
        return self.world.database

    def viewer(self, role: Role, tenant_id: int | None = None, **values: Any) -> Viewer:
        workspace_id = values.get("workspace_id", self.world.workspace_id)
        grants = (Grant(role, workspace_id, tenant_id),)
        place = WorkspaceRef(workspace_id, "acme", "Acme")
        assert visible_scope(grants, workspace_id) is not None
        return Viewer(1, self.world.user_id, "Ada", "ada@example.test", place, (place,), grants)

    def admin(self) -> Viewer:
        return self.viewer(Role.TENANT_ADMIN, self.world.tenant_id)

    def request(
        self, viewer: Viewer | None = None, enqueue: Enqueue = nobody, **values: Any
    ) -> RequestedPack:
        tenant_id = values.get("tenant_id", self.world.tenant_id)
        options = values.get("options", OPTIONS)
        with self.database.writing() as session:
            return ReviewPacks(session, enqueue).request(viewer or self.admin(), tenant_id, options)

    def pack(self, pack_id: int) -> ReviewPack:
        with self.database.reading() as session:
            return session.get_one(ReviewPack, pack_id)

    def run(self, run_id: int | None) -> OperationRun:
        with self.database.reading() as session:
            return session.get_one(OperationRun, run_id)

    def packs(self) -> list[ReviewPack]:
        with self.database.reading() as session:
            return list(session.scalars(select(ReviewPack).order_by(col(ReviewPack.id))))

    def add_pack(self, **values: Any) -> int:
        with self.database.writing() as session:
            row = {"workspace_id": self.world.workspace_id, "tenant_id": self.world.tenant_id}
            made = insert(ReviewPack).values(**(row | values)).returning(col(ReviewPack.id))
            return session.execute(made).scalar_one() or 0

    def set_pack(self, pack_id: int, **values: Any) -> None:
        with self.database.writing() as session:
            session.execute(
                update(ReviewPack).where(col(ReviewPack.id) == pack_id).values(**values)
            )

    def other_workspace(self) -> tuple[int, int]:
        """Another workspace, and a tenant of it."""
        workspace_id = self.world.add(Workspace, slug="other", name="Other")
        return workspace_id, self.world.add(
            Tenant, workspace_id=workspace_id, slug="proseware", name="Proseware"
        )

    def trail(self, pack_id: int) -> list[AuditEntry]:
        with self.database.reading() as session:
            return list(
                session.scalars(
                    select(AuditEntry)
                    .where(
                        col(AuditEntry.object_type) == "review_pack",
                        col(AuditEntry.object_id) == pack_id,
                    )
                    .order_by(col(AuditEntry.id))
                )
            )
