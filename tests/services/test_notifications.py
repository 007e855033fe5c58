"""Who is told that a run has ended: in the page, by which channels, and what the log keeps."""

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, event, select, update
from sqlmodel import col

from jobs.context import RunContext
from jobs.handlers.notifications_send import send
from models import (
    AuditEntry,
    Membership,
    Notification,
    NotificationChannel,
    NotificationDelivery,
    OperationRun,
    RunOutcome,
    RunWatch,
    Tenant,
    User,
    UserSession,
)
from models.columns import utc_now
from policy.access import Grant
from services.auth import Auth, Viewer, WorkspaceRef
from services.database import Database
from services.notifications import channels, watching
from services.notifications.channels import ChannelError, Owner, own
from services.notifications.delivery_log import find_deliveries
from services.notifications.inbox import find_inbox, mark_all_read, mark_read
from services.notifications.outlet import AddressError, Outlet
from services.operation_run_service import OperationRunService
from services.operations import Operations
from services.pruning.references import let_go
from services.run_statements import RUN
from services.run_terms import Report, RunMovedError, RunNotFoundError
from stillwatch.operations import OperationFailed
from tests.services.runs import add_workspace, request, stored
from ui.presenters.locale import Locale
from ui.presenters.notifications import deliveries_table

DONE = Report({}, [])


class Receiver:
    """A real service that takes messages over HTTP, or refuses as many as `refusing` says."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.refusing = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.refusing -= 1
                if outer.refusing < 0:
                    outer.heard.append(json.loads(body))
                self.send_response(200 if outer.refusing < 0 else 503)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/secret-path"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def outlet() -> Outlet:
    return Outlet(
        frozenset({"json"}),
        public_url="https://console.example.test",
        tell=lambda language, text: Locale(language or "en", ZoneInfo("UTC")).told(text),
    )


class Office:
    """A workspace with a tenant and an operator."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.workspace_id = add_workspace(database)
        with database.writing() as session:
            tenant = Tenant(slug="contoso", name="Contoso\nLtd", workspace_id=self.workspace_id)
            user = User(email="ada@example.test", name="Ada", password_hash="-")
            session.add_all([tenant, user])
            session.flush()
            self.tenant_id, self.user_id = tenant.id or 0, user.id or 0
            session.add(
                Membership(workspace_id=self.workspace_id, user_id=self.user_id, role="operator")
            )

    @property
    def ada(self) -> Viewer:
        return self.viewer(Grant("operator", self.workspace_id))

    def viewer(self, *grants: Grant) -> Viewer:
        place = WorkspaceRef(self.workspace_id, "acme", "Acme")
        return Viewer(1, self.user_id, "Ada", "ada@example.test", place, (place,), grants)

    def start(self, key: str = "key", **fields: Any) -> int:
        with self.database.writing() as session:
            wanted = request(self.workspace_id, key, **fields)
            return OperationRunService(session).request(wanted).run_id

    def watch(self, run_id: int, language: str = "en") -> bool:
        with self.database.writing() as session:
            return watching.watch(session, self.ada, run_id, language)

    def end(self, run_id: int, outcome: RunOutcome = RunOutcome.SUCCEEDED) -> None:
        with self.database.writing() as session:
            service = OperationRunService(session)
            claimed = service.claim("here", run_id)
            assert claimed is not None
            service.complete(run_id, claimed.token, outcome, DONE)

    def add_channel(self, owner: Owner, outlet: Outlet, address: str, events: str = "all") -> int:
        with self.database.writing() as session:
            return channels.add_channel(session, owner, "Mine", outlet.accept(address), events)

    def all_of(self, table: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.scalars(select(table).order_by(table.id)))

    def sending(self) -> list[OperationRun]:
        with self.database.reading() as session:
            return list(
                session.scalars(
                    select(OperationRun)
                    .where(col(OperationRun.type) == "notifications.send")
                    .order_by(col(OperationRun.id))
                )
            )

    def retry(self, run_id: int) -> int:
        with self.database.writing() as session:
            operations = Operations(session, lambda *_: None, {})
            version = session.get_one(OperationRun, run_id).version
            return operations.retry(self.ada, run_id, version).run_id

    def claim_sending(self) -> RunContext:
        with self.database.writing() as session:
            claimed = OperationRunService(session).claim("here", self.sending()[-1].id)
        assert claimed is not None
        return RunContext(claimed, self.database, self.folder)


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


def test_whoever_asked_is_told_in_the_page(office: Office) -> None:
    run_id = office.start(tenant_id=office.tenant_id)
    office.watch(run_id)
    office.watch(run_id)

    office.end(run_id)

    told = office.all_of(Notification)
    assert [(one.user_id, one.run_id, one.tenant_id) for one in told] == [
        (office.user_id, run_id, office.tenant_id)
    ]
    assert office.sending() == []


def test_a_run_that_nobody_watches_costs_one_statement(office: Office) -> None:
    run_id = office.start()
    asked: list[str] = []
    event.listen(
        office.database.engine,
        "before_cursor_execute",
        lambda *args: asked.append(args[2]) if "run_watch" in args[2] else None,
    )

    office.end(run_id)

    assert len(asked) == 1
    assert office.all_of(Notification) == []


@pytest.mark.parametrize("how", ["cancelled while queued", "given up", "lost contact"])
def test_every_end_is_told(office: Office, how: str) -> None:
    run_id = office.start()
    office.watch(run_id)

    with office.database.writing() as session:
        service = OperationRunService(session)
        if how == "cancelled while queued":
            service.cancel(run_id, 1, office.user_id)
        else:
            claimed = service.claim("here", run_id)
            assert claimed is not None
            service.fail(run_id, claimed.token, how, how, DONE)

    assert len(office.all_of(Notification)) == 1


def test_one_can_change_ones_mind_and_not_ask_too_late(office: Office) -> None:
    run_id = office.start()
    office.watch(run_id)
    with office.database.writing() as session:
        watching.unwatch(session, office.ada, run_id)

    office.end(run_id)

    assert office.all_of(Notification) == []
    assert office.watch(run_id) is False


def test_a_hidden_run_cannot_be_watched(office: Office) -> None:
    run_id = office.start()
    stranger = office.viewer(Grant("tenant_viewer", office.workspace_id, office.tenant_id))

    with office.database.writing() as session, pytest.raises(RunNotFoundError):
        watching.watch(session, stranger, run_id)


def test_a_channel_is_told_in_plain_words_and_the_log_says_so(
    office: Office, receiver: Receiver, outlet: Outlet
) -> None:
    office.add_channel(own(office.user_id), outlet, receiver.url)
    run_id = office.start(tenant_id=office.tenant_id)
    office.watch(run_id)
    office.end(run_id, RunOutcome.FAILED)

    send(office.claim_sending(), outlet)

    assert [(one["title"], one["message"]) for one in receiver.heard] == [
        (
            "sample.work: failed",
            f"Run {run_id} has ended: failed.\nTenant: Contoso Ltd\n"
            f"https://console.example.test/operations/{run_id}",
        )
    ]
    with office.database.reading() as session:
        (entry,) = find_deliveries(session, own(office.user_id))
    assert (entry.status, entry.attempts, entry.run_id) == ("sent", 1, run_id)


def test_the_message_is_in_the_language_of_whoever_asked(
    office: Office, receiver: Receiver, outlet: Outlet
) -> None:
    office.add_channel(own(office.user_id), outlet, receiver.url)
    run_id = office.start()
    office.watch(run_id, "de")
    office.end(run_id)

    send(office.claim_sending(), outlet)

    assert receiver.heard[0]["message"].startswith(f"Lauf {run_id} ist beendet")


def test_a_failed_message_is_tried_again_and_a_sent_one_is_not(
    office: Office, receiver: Receiver, outlet: Outlet
) -> None:
    for _ in range(2):
        office.add_channel(own(office.user_id), outlet, receiver.url)
    run_id = office.start()
    office.watch(run_id)
    office.end(run_id)
    context = office.claim_sending()
    receiver.refusing = 1

    with pytest.raises(OperationFailed) as failure:
        send(context, outlet)
    send(context, outlet)

    assert failure.value.may_retry
    assert len(receiver.heard) == 2
    log = [(one.status, one.attempts) for one in office.all_of(NotificationDelivery)]
    assert log == [("sent", 2), ("sent", 1)]


def test_a_retry_sends_what_the_failed_run_left_and_only_once(
    office: Office, receiver: Receiver, outlet: Outlet
) -> None:
    for _ in range(2):
        office.add_channel(own(office.user_id), outlet, receiver.url)
    told = [office.start(key) for key in "ab"]
    for run_id in told:
        office.watch(run_id)
        office.end(run_id)
    failed = [run.id or 0 for run in office.sending()]
    for run_id in failed:
        office.end(run_id, RunOutcome.FAILED)

    again = [office.retry(run_id) for run_id in failed]
    with pytest.raises(RunMovedError):
        office.retry(failed[0])
    send(office.claim_sending(), outlet)

    assert len({*failed, *again}) == 4
    assert [one["title"] for one in receiver.heard] == ["sample.work: succeeded"] * 2
    log = [
        (one.run_id, one.sending_run_id, one.status) for one in office.all_of(NotificationDelivery)
    ]
    assert log == [(told[0], again[0], "pending")] * 2 + [(told[1], again[1], "sent")] * 2


@pytest.mark.parametrize("how", ["cancelled", "given up", "succeeded without it"])
def test_what_a_run_that_ended_left_is_told_as_not_sent(
    office: Office, outlet: Outlet, how: str
) -> None:
    office.add_channel(own(office.user_id), outlet, "json://127.0.0.1")
    run_id = office.start()
    office.watch(run_id)
    office.end(run_id)

    def shown() -> list[tuple[str, str]]:
        with office.database.reading() as session:
            log = find_deliveries(session, own(office.user_id))
        rows = deliveries_table(log, Locale("en", ZoneInfo("UTC")))["rows"]
        return [(row["cells"][1]["text"], row["cells"][1]["sub"]) for row in rows]

    assert shown() == [("Pending", "")]
    sending = office.sending()[0]
    if how == "cancelled":
        with office.database.writing() as session:
            OperationRunService(session).cancel(sending.id or 0, sending.version, office.user_id)
    else:
        outcome = RunOutcome.FAILED if how == "given up" else RunOutcome.SUCCEEDED
        office.end(sending.id or 0, outcome)
    assert shown() == [
        ("Not sent", "The run that was to send it ended before it recorded that it did.")
    ]
    if how != "succeeded without it":
        office.retry(sending.id or 0)
        assert shown() == [("Pending", "")]


def test_who_may_not_see_the_run_any_more_is_skipped(
    office: Office, receiver: Receiver, outlet: Outlet
) -> None:
    office.add_channel(own(office.user_id), outlet, receiver.url)
    run_id = office.start()
    office.watch(run_id)
    office.end(run_id)
    with office.database.writing() as session:
        for membership in session.scalars(select(Membership)):
            membership.revoked_at = session.scalar(select(utc_now()))

    send(office.claim_sending(), outlet)

    assert receiver.heard == []
    assert [one.status for one in office.all_of(NotificationDelivery)] == ["skipped"]


@pytest.mark.parametrize(("events", "told"), [("failed", 1), ("all", 2)])
def test_a_workspace_is_told_of_what_its_owner_chose(
    office: Office, outlet: Outlet, events: str, told: int
) -> None:
    owner = Owner(office.user_id, workspace_id=office.workspace_id)
    office.add_channel(owner, outlet, "json://127.0.0.1", events)

    office.end(office.start("good"))
    office.end(office.start("bad"), RunOutcome.FAILED)

    assert len(office.all_of(NotificationDelivery)) == told
    assert office.all_of(Notification) == []


def test_a_sending_run_tells_nobody(office: Office, receiver: Receiver, outlet: Outlet) -> None:
    owner = Owner(office.user_id, workspace_id=office.workspace_id)
    office.add_channel(owner, outlet, receiver.url)
    office.end(office.start())

    office.end(office.sending()[0].id or 0, RunOutcome.FAILED)

    assert len(office.sending()) == 1


def test_a_removed_channel_is_skipped_and_stays_in_the_log(
    office: Office, receiver: Receiver, outlet: Outlet
) -> None:
    channel_id = office.add_channel(own(office.user_id), outlet, receiver.url)
    run_id = office.start()
    office.watch(run_id)
    office.end(run_id)
    with office.database.writing() as session:
        channels.remove_channel(session, own(office.user_id), channel_id)

    send(office.claim_sending(), outlet)

    (entry,) = office.all_of(NotificationDelivery)
    assert (entry.status, entry.channel_name) == ("skipped", "Mine")
    assert office.all_of(NotificationChannel) == []


def test_a_trial_message_is_sent_by_a_run(
    office: Office, receiver: Receiver, outlet: Outlet
) -> None:
    channel_id = office.add_channel(own(office.user_id), outlet, receiver.url)
    with office.database.writing() as session:
        run_id = channels.try_channel(
            session,
            own(office.user_id),
            channel_id,
            office.workspace_id,
            lambda *_: None,
            "en",
        )

    send(office.claim_sending(), outlet)

    assert stored(office.database, run_id).type == "notifications.send"
    assert receiver.heard[0]["title"] == "Stillwatch: a test message"
    assert [entry.action for entry in office.all_of(AuditEntry)][:3] == [
        "notification_channel.added",
        "run.requested",
        "notification_channel.tested",
    ]


def test_nobody_reads_an_address_again(office: Office, receiver: Receiver, outlet: Outlet) -> None:
    office.add_channel(own(office.user_id), outlet, receiver.url)

    with office.database.reading() as session:
        (record,) = channels.find_channels(session, own(office.user_id))
        details = [str(entry.details) for entry in session.scalars(select(AuditEntry))]

    assert record.leads_to == "json://…"
    assert "secret-path" not in repr(office.all_of(NotificationChannel)) + "".join(details)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "dbus://",
        "syslog://",
        "json://127.0.0.1",
        "xml://127.0.0.1",
        "form://127.0.0.1",
        "http://127.0.0.1",
        "discord://one/two?template=/etc/passwd",
        "workflow://example.com/one/two?template=/etc/passwd",
        "mailto://a:b@example.com?rto=100000",
        "ntfys://example.com/topic?attach=http://127.0.0.1/",
        "ntfys://example.com/topic?redirect=yes",
        "ntfys://example.com/topic?to=a;redirect=yes",
        "ntfys://example.com/topic?to=a#&redirect=yes&verify=no",
        "ntfys://example.com/topic?to=a#;verify=no",
        "ntfys://example.com/topic#?verify=no",
        "ntfys://example.com/topic?To=a;%56erify=no",
        "discord://one/two?footer=no;template=/etc/passwd",
        "discord://one/two?:token=value",
        "workflow://example.com/one/two?name=x;template=http://127.0.0.1:9/inner",
        "tgram://123456789:abcdefghijk/1?format=text;template=/etc/passwd",
        "https://discord.com/api/webhooks/one/two?template=/etc/passwd",
        "mailto://",
        "ada@example.test",
        "",
        "x" * 5000,
    ],
)
def test_what_could_reach_where_it_should_not_is_not_taken(address: str) -> None:
    with pytest.raises(AddressError):
        Outlet().accept(address)


@pytest.mark.parametrize(
    "address", ["json://x?to=a;+header=b", "json://x?-name=b", "json://x?:c=d"]
)
def test_nor_what_would_add_to_a_message(address: str) -> None:
    with pytest.raises(AddressError):
        Outlet(frozenset({"json"})).accept(address)


def test_certificates_are_looked_at_and_redirects_not_followed() -> None:
    outlet = Outlet(mail_url="mailtos://mail.example.test?from=a@example.test&verify=no")

    typed = outlet._open("ntfys://example.com/topic?priority=high&tags=a")
    own_mail = outlet._open(outlet.accept("ada@example.test"))

    assert (typed.verify_certificate, typed.redirects) == (True, False)
    assert (own_mail.verify_certificate, own_mail.redirects) == (False, False)


@pytest.mark.parametrize(
    "address",
    [
        "ntfy://127.0.0.1/topic",
        "mailto://a:b@example.com?smtp=localhost",
        "ntfys://[::1]/topic",
        "ntfys://[::ffff:10.0.0.1]/topic",
        "mailto://a:b@example.com?smtp=8.8.8.8%20x",
        "mailto://a:b@example.com?smtp=fa%C3%9F.example",
    ],
)
def test_a_host_of_the_inner_network_is_not_talked_to(address: str) -> None:
    outlet = Outlet()

    with pytest.raises(AddressError):
        outlet.send(outlet.accept(address), "title", "text")


def test_names_are_short_and_channels_few(office: Office) -> None:
    with office.database.writing() as session:
        for name in ("", "x" * 61, "two\nlines"):
            with pytest.raises(ChannelError):
                channels.add_channel(session, own(office.user_id), name, "json://x")
        for _ in range(channels.MOST_CHANNELS):
            channels.add_channel(session, own(office.user_id), "one", "json://x")
        with pytest.raises(ChannelError):
            channels.add_channel(session, own(office.user_id), "one", "json://x")


def test_the_inbox_shows_what_may_be_seen_and_what_was_read(office: Office) -> None:
    runs = [office.start(key, tenant_id=office.tenant_id) for key in "ab"] + [office.start("c")]
    for run_id in runs:
        office.watch(run_id)
        office.end(run_id)
    limited = office.viewer(Grant("tenant_viewer", office.workspace_id, office.tenant_id))

    with office.database.writing() as session:
        mine = find_inbox(session, office.ada).items
        assert [one.run_id for one in mine] == runs[::-1]
        assert [one.run_id for one in find_inbox(session, limited).items] == runs[1::-1]
        assert find_inbox(session, office.viewer()).items == ()
        mark_read(session, office.user_id + 1, mine[0].id)
        mark_read(session, office.user_id, mine[1].id)
        assert [one.is_read for one in find_inbox(session, office.ada).items] == [
            False,
            True,
            False,
        ]
        mark_all_read(session, office.user_id, mine[0].id)
        assert all(one.is_read for one in find_inbox(session, office.ada).items)


async def test_the_look_at_the_rights_tells_how_many_are_unread(
    office: Office, database: Database
) -> None:
    for key in "ab":
        run_id = office.start(key)
        office.watch(run_id)
        office.end(run_id)
    with database.writing() as session:
        now = session.scalar(select(utc_now()))
        row = UserSession(
            token_hash="-", user_id=office.user_id, created_at=now, last_active_at=now
        )
        session.add(row)
        session.flush()
        session_id = row.id or 0
    auth = Auth(database)

    async def unread() -> int | None:
        viewer = await auth.viewer_of_session(session_id)
        return None if viewer is None else viewer.unread

    assert await unread() == 2
    with database.writing() as session:
        mark_read(session, office.user_id, office.all_of(Notification)[0].id)
    assert await unread() == 1
    with database.writing() as session:
        session.execute(update(Membership).values(revoked_at=utc_now()))
    assert await unread() == 0


def test_what_tells_of_a_removed_run_goes_with_it(office: Office, outlet: Outlet) -> None:
    office.add_channel(own(office.user_id), outlet, "json://127.0.0.1")
    run_id = office.start()
    office.watch(run_id)
    office.end(run_id)
    with office.database.writing() as session:
        sending = session.scalars(select(col(NotificationDelivery.sending_run_id))).one()
        let_go(session, RUN, [run_id])
        session.execute(delete(RUN).where(RUN.c.id == run_id))

    assert office.all_of(Notification) == office.all_of(RunWatch) == []
    assert [one.run_id for one in office.all_of(NotificationDelivery)] == [None]

    with office.database.writing() as session:
        let_go(session, RUN, [sending])
        session.execute(delete(RUN).where(RUN.c.id == sending))
    assert office.all_of(NotificationDelivery) == []


def test_an_email_address_is_enough_where_there_is_a_mail_server(mailbox: "Mailbox") -> None:
    outlet = Outlet(mail_url=f"mailto://127.0.0.1:{mailbox.port}?from=console@example.test")

    outlet.send(outlet.accept("ada@example.test"), "It is <done>", "Run 7 has ended.")

    assert "rcpt to:<ada@example.test>" in mailbox.heard.lower()
    assert "Subject: It is <done>" in mailbox.heard


@pytest.mark.parametrize("address", ["email:a@b.example", "email:a@b.example, c@d.example"])
def test_how_an_email_address_is_stored_cannot_be_typed(address: str) -> None:
    with pytest.raises(AddressError):
        Outlet(mail_url="mailto://127.0.0.1?from=console@example.test").accept(address)


class Mailbox:
    """A real listener that speaks as much SMTP as is needed to take a message."""

    def __init__(self) -> None:
        self.heard = ""
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 here\r\n")
                is_text = False
                for line in self.rfile:
                    outer.heard += line.decode()
                    is_end = line.strip() == b"."
                    if is_text and not is_end:
                        continue
                    is_text = line.strip().upper() == b"DATA"
                    if line.strip().upper() == b"QUIT":
                        self.wfile.write(b"221 bye\r\n")
                        return
                    self.wfile.write(b"354 go on\r\n" if is_text else b"250 fine\r\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    yield mailbox
    mailbox.server.shutdown()
    mailbox.server.server_close()
