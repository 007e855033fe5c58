"""Factories: a tenant with something to report, and packs made of it in memory."""

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from models import AuditEntry, Membership, OperationRun, Tenant, User, Workspace
from services.database import Database
from services.packs.making import MadePack, make_pack
from services.packs.order import PackOptions, PackOrder, Progress

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)
OPTIONS = PackOptions(BEGIN, END)


class World:
    """A workspace with two tenants and one person, known by their ids."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.workspace_id = self.add(Workspace, slug="acme", name="Acme")
        self.tenant_id = self.add(
            Tenant, workspace_id=self.workspace_id, slug="contoso", name="Contoso"
        )
        self.other_tenant_id = self.add(
            Tenant, workspace_id=self.workspace_id, slug="adatum", name="A. Datum"
        )
        self.user_id = self.add_user("ada@example.test", "Ada Admin")

    def add(self, table: type[Any], **values: Any) -> int:
        (row_id,) = self.add_all(table, [values])
        return row_id

    def add_all(self, table: type[Any], rows: Iterable[dict[str, Any]]) -> list[int]:
        with self.database.writing() as session:
            return list(session.scalars(insert(table).returning(table.id), list(rows)))

    def add_user(self, email: str, name: str) -> int:
        return self.add(User, email=email, name=name, password_hash="")

    def run(self, minutes: float = 0, **values: Any) -> dict[str, Any]:
        """A succeeded run, `minutes` after the period's beginning."""
        created = BEGIN + timedelta(minutes=minutes)
        return {
            "workspace_id": self.workspace_id,
            "tenant_id": self.tenant_id,
            "initiated_by_user_id": self.user_id,
            "type": "directory.sync",
            "status": "completed",
            "outcome": "succeeded",
            "summary_counts": {"total": 3, "processed": 3, "succeeded": 3},
            "failure_summary": [],
            "created_at": created,
            "started_at": created + timedelta(seconds=1),
            "completed_at": created + timedelta(seconds=3.5),
        } | values

    def add_runs(self, *runs: dict[str, Any]) -> list[int]:
        return [self.add(OperationRun, **run) for run in runs]

    def member(self, role: str, since: datetime, **values: Any) -> int:
        return self.add(
            Membership,
            **{"workspace_id": self.workspace_id, "user_id": self.user_id, "role": role}
            | {"created_at": since, **values},
        )

    def audit(self, action: str, object_type: str, object_id: int | None, **values: Any) -> int:
        return self.add(
            AuditEntry,
            **{"workspace_id": self.workspace_id, "action": action, "at": BEGIN}
            | {"object_type": object_type, "object_id": object_id, "details": {}, **values},
        )

    def order(self, options: PackOptions = OPTIONS, **values: Any) -> PackOrder:
        given: dict[str, Any] = {
            "pack_id": 1000,
            "run_id": None,
            "tenant_id": self.tenant_id,
            "options": options,
            "asked_by_user_id": self.user_id,
            "generated_at": datetime(2026, 12, 1, 9, tzinfo=UTC),
            "software_version": "1.2.3",
        }
        return PackOrder(**(given | values))

    def made(
        self,
        options: PackOptions = OPTIONS,
        progress: Progress = lambda step: None,
        **values: Any,
    ) -> "Made":
        file = io.BytesIO()
        pack = make_pack(self.database, self.order(options, **values), file, progress)
        return Made(pack, file)


class Made:
    """A pack in memory."""

    def __init__(self, pack: MadePack, file: io.BytesIO) -> None:
        self.pack = pack
        self.bytes = file.getvalue()
        self.archive = zipfile.ZipFile(file)

    def text(self, name: str) -> str:
        return self.archive.read(name).decode("utf-8")

    def members(self) -> dict[str, bytes]:
        return {name: self.archive.read(name) for name in self.archive.namelist()}
