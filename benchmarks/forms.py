"""The two forms of the console, set up on databases of their own, as durable as in earnest."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.nodes import RemoteNode, running
from scripts.postgres_server import PostgresServer
from services import schema

_CONTROL = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET)\b")
# The rest of a statement of several lines is indented; an empty one only asks for a sign of life.
_LOGGED = re.compile(r"LOG:  (?:statement|execute [^:]*): ?([^\n]*(?:\n\t[^\n]*)*)")
_EMPTY = ("", ";")


@dataclass(frozen=True, slots=True)
class Form:
    """A database, whoever requests runs on it, and the processes that do them."""

    url: str
    requester: RemoteNode
    workers: tuple[RemoteNode, ...]


class Embedded:
    """SQLite; the server's own process works, with two threads."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"sqlite:///{folder / 'stillwatch.db'}"
        schema.migrate(self.url)

    @contextmanager
    def running(self) -> Iterator[Form]:
        with running(self.url, 2, self._folder) as node:
            yield Form(self.url, node, (node,))

    @contextmanager
    def idling(self) -> Iterator[Form]:
        with self.running() as form:
            yield form

    def begin_counting(self, form: Form) -> None:
        form.requester.ask("statements")

    def counted(self, form: Form) -> tuple[int, int]:
        """Statements and transactions of all workers since `begin_counting`."""
        answer = form.requester.ask("statements")
        return answer.get("statements", 0), answer.get("transactions", 0)


class Distributed:
    """PostgreSQL; one process requests and two work, each with the two slots it has unasked."""

    name = "distributed"

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._folder = folder
        self._server = server
        self._log_begin = 0
        self.url = server.url().replace("postgresql:", "postgresql+psycopg:", 1)
        schema.migrate(self.url)

    @contextmanager
    def running(self) -> Iterator[Form]:
        with self.idling() as form, running(self.url, 0, self._folder) as requester:
            yield Form(form.url, requester, form.workers)

    @contextmanager
    def idling(self) -> Iterator[Form]:
        """The workers alone, so that all that reaches the server is theirs."""
        with ExitStack() as stack:
            workers = [stack.enter_context(running(self.url, 2, self._folder)) for _ in range(2)]
            yield Form(self.url, workers[0], tuple(workers))

    def begin_counting(self, form: Form) -> None:
        self._log_statements("all")
        self._log_begin = self._log.stat().st_size

    def counted(self, form: Form) -> tuple[int, int]:
        """The same as the server has seen it, so that Procrastinate's own are among them."""
        with self._log.open(errors="replace") as log:
            log.seek(self._log_begin)
            logged = _LOGGED.findall(log.read())
        self._log_statements("none")
        statements = [text.strip() for text in logged if text.strip() not in _EMPTY]
        control = [sql for sql in statements if _CONTROL.match(sql)]
        begun = sum(1 for sql in control if sql.startswith("BEGIN"))
        return len(statements) - len(control), begun

    @property
    def _log(self) -> Path:
        return self._server.folder / "log"

    def _log_statements(self, which: str) -> None:
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET log_statement = '{which}'".encode())
            connection.execute("SELECT pg_reload_conf()")
