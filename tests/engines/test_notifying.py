"""A worker that is killed while it sends: what it had recorded as sent is not sent again."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import NotificationDelivery, OperationRun, RunOutcome
from services.notifications.channels import Owner, add_channel
from services.operation_run_service import OperationRunService
from services.run_terms import Report, RunRequest
from tests.engines.test_dying import kill, node
from tests.engines.workshop import Workshop
from tests.waiting import wait_until


class SlowService:
    """Takes messages at once at /quick; at /slow only once it is `open`."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.open = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.heard.append(self.path)
                if self.path == "/slow":
                    outer.open.wait(30)
                self.send_response(200)
                self.end_headers()

            def handle(self) -> None:
                with suppress(BrokenPipeError, ConnectionResetError):  # who asked is dead
                    super().handle()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self, path: str) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/{path}"


@pytest.fixture
def service() -> Iterator[SlowService]:
    service = SlowService()
    yield service
    service.open.set()
    service.server.shutdown()
    service.server.server_close()


def test_a_killed_worker_sends_on_where_its_record_ends(
    workshop: Workshop, service: SlowService
) -> None:
    with workshop.database.writing() as session:
        owner = Owner(by=None, workspace_id=workshop.workspace_id)
        for name in ("quick", "slow"):
            add_channel(session, owner, name, service.address(name), "all")
        runs = OperationRunService(session)
        run_id = runs.request(RunRequest(workshop.workspace_id, "sample.short", "key")).run_id
        claimed = runs.claim("here", run_id)
        assert claimed is not None
        runs.complete(run_id, claimed.token, RunOutcome.SUCCEEDED, Report({}, []))
        sending = session.scalars(
            select(col(OperationRun.id)).where(col(OperationRun.type) == "notifications.send")
        ).one()
    with node(workshop) as killed:
        wait_until(lambda: "/slow" in service.heard, 30)
        kill(killed)

    service.open.set()
    with node(workshop):
        run = workshop.wait_for(sending or 0)

    assert run.outcome == "succeeded"
    assert service.heard == ["/quick", "/slow", "/slow"]
    with workshop.database.reading() as session:
        log = session.scalars(select(col(NotificationDelivery.status)))
        assert list(log) == ["sent", "sent"]
