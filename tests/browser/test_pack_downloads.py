"""A pack made by a real console and fetched through its real door; over plain HTTP."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlmodel import col

from models import Role, Tenant, User
from policy.access import Grant
from services.auth import Viewer
from services.database import Database
from services.packs.order import PackOptions
from services.review_packs import ReviewPacks
from stillwatch.__main__ import main
from tests.browser.server import PASSWORD, Server
from tests.browser.test_doors import shape
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("packs"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def pack_id(console: Server) -> int:
    """A pack of contoso that is ready, asked for as its admin does."""
    now = datetime.now(UTC)
    database = Database(f"sqlite:///{console.data_dir}/stillwatch.db")
    with database.writing() as session:
        tenant = session.scalars(select(Tenant).where(col(Tenant.slug) == "contoso")).one()
        admin = session.scalars(
            select(User).where(col(User.email) == "contoso-admin@example.test")
        ).one()
        grants = (Grant(Role.TENANT_ADMIN, tenant.workspace_id, tenant.id),)
        viewer = Viewer(0, admin.id or 0, admin.name, admin.email, None, (), grants)
        options = PackOptions(now - timedelta(days=30), now)
        packs = ReviewPacks(session, lambda _session, _delivery: None)
        requested = packs.request(viewer, tenant.id or 0, options)
    database.close()
    wait_until(lambda: read(console, "status", requested.pack_id) == "ready", 60)
    return requested.pack_id


def read(console: Server, column: str, pack_id: int) -> str:
    with closing(sqlite3.connect(console.data_dir / "stillwatch.db")) as database:
        query = f"SELECT {column} FROM review_pack WHERE id = ?"
        return str(database.execute(query, (pack_id,)).fetchone()[0])


@pytest.fixture
def person(console: Server, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=console.url) as client:
        form = client.get("/login").text
        csrf = form.partition('name="csrf" value="')[2].partition('"')[0]
        fields = {"csrf": csrf, "next": "/", "email": f"{request.param}@example.test"}
        answer = client.post("/login", data={**fields, "password": PASSWORD})
        assert answer.status_code == 303
        yield client


def as_(who: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("person", [who], indirect=True)


@as_("contoso-admin")
def test_the_admin_gets_a_pack_that_verifies(
    console: Server, pack_id: int, person: httpx.Client, tmp_path: Path
) -> None:
    answer = person.get(f"/review-packs/{pack_id}/download")

    assert answer.status_code == 200
    sha256 = answer.headers["x-content-sha256"]
    assert sha256 == hashlib.sha256(answer.content).hexdigest()
    assert sha256 == read(console, "sha256", pack_id)
    (tmp_path / "pack.zip").write_bytes(answer.content)
    told = CliRunner().invoke(
        main, ["pack", "verify", str(tmp_path / "pack.zip"), "--sha256", sha256]
    )
    assert told.exit_code == 0, told.output
    assert "contoso-admin@example.test" in told.output


@as_("contoso-viewer")
def test_the_tenant_s_viewer_may_not(pack_id: int, person: httpx.Client) -> None:
    assert person.get(f"/review-packs/{pack_id}/download").status_code == 403


@as_("outsider")
def test_for_an_outsider_it_does_not_exist(pack_id: int, person: httpx.Client) -> None:
    hidden, missing, malformed = (
        person.get(f"/review-packs/{asked}/download") for asked in (pack_id, 999_999, "abc")
    )

    assert hidden.status_code == 404
    assert shape(hidden) == shape(missing) == shape(malformed)


def test_a_stranger_is_sent_to_sign_in_and_back(console: Server, pack_id: int) -> None:
    answer = httpx.get(f"{console.url}/review-packs/{pack_id}/download")

    assert answer.status_code == 303
    assert f"review-packs%2F{pack_id}%2Fdownload" in answer.headers["location"]


@as_("contoso-admin")
def test_a_deleted_file_is_a_clear_error(
    console: Server, pack_id: int, person: httpx.Client
) -> None:
    path = console.data_dir / read(console, "file_path", pack_id)
    aside = path.rename(path.with_name("aside"))

    answer = person.get(f"/review-packs/{pack_id}/download")
    aside.rename(path)

    assert answer.status_code == 500
    assert "The file of this review pack is missing." in answer.text
    assert "Traceback" not in console.log.read_text()
    assert person.get(f"/review-packs/{pack_id}/download").status_code == 200


@as_("contoso-admin")
def test_past_its_time_it_is_gone(console: Server, pack_id: int, person: httpx.Client) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    console.execute("UPDATE review_pack SET expires_at = ? WHERE id = ?", past, pack_id)

    answer = person.get(f"/review-packs/{pack_id}/download")

    assert answer.status_code == 410
    wait_until(lambda: read(console, "status", pack_id) == "expired", 30)
