import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import ApiToken, AuditEntry
from models.columns import from_now
from services.administration import add_workspace
from services.api_tokens import (
    ApiTokenError,
    TokenRefusedError,
    create_token,
    find_program,
    find_tokens,
    require_live,
    revoke_token,
)
from services.database import Database

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        for slug in ("northwind", "fabrikam"):
            add_workspace(session, slug, slug.title())
        yield session


def expire(session: Session) -> None:
    session.execute(update(ApiToken).values(expires_at=from_now(timedelta(seconds=-1))))


def test_a_token_finds_its_program_and_is_stored_only_as_a_hash(session: Session) -> None:
    token = create_token(session, "northwind", "nightly", None)

    program = find_program(session, token)
    (record,) = session.scalars(select(ApiToken)).all()
    assert program is not None
    assert (program.name, program.workspace_id) == ("nightly", record.workspace_id)
    assert token not in str(record.model_dump())


@pytest.mark.parametrize("token", ["", "x", "stillwatch_x", "\ud800", "a\0b"])
def test_any_other_token_finds_nobody(session: Session, token: str) -> None:
    create_token(session, "northwind", "nightly", None)

    assert find_program(session, token) is None


def test_a_token_lives_until_it_expires(session: Session) -> None:
    token = create_token(session, "northwind", "nightly", 1)
    program = find_program(session, token)
    assert program is not None

    expire(session)

    assert find_program(session, token) is None
    with pytest.raises(TokenRefusedError):
        require_live(session, program)


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_revoked_token_is_dead_for_good_and_its_name_free(session: Session, by: str) -> None:
    token = create_token(session, "northwind", "nightly", None)
    program = find_program(session, token)
    assert program is not None

    revoke_token(session, "northwind", "nightly" if by == "name" else str(program.token_id))

    assert find_program(session, token) is None
    with pytest.raises(ApiTokenError, match="no live token"):
        revoke_token(session, "northwind", "nightly")
    assert create_token(session, "northwind", "nightly", None) != token


def test_another_workspace_s_token_cannot_be_revoked(session: Session) -> None:
    token = create_token(session, "northwind", "nightly", None)
    program = find_program(session, token)
    assert program is not None

    for id_or_name in ("nightly", str(program.token_id)):
        with pytest.raises(ApiTokenError, match="no live token"):
            revoke_token(session, "fabrikam", id_or_name)

    assert find_program(session, token) == program


def test_what_makes_no_sense_is_refused_in_words(session: Session) -> None:
    create_token(session, "northwind", "nightly", None)

    for workspace, name, days, words in (
        ("nowhere", "x", None, "no workspace"),
        ("northwind", "nightly", None, "already"),
        ("northwind", " ", None, "one line"),
        ("northwind", "a\nb", None, "one line"),
        ("northwind", "12", None, "digits"),
        ("northwind", "x", 0, "1 to 3650 days"),
        ("northwind", "x", 10**9, "1 to 3650 days"),
    ):
        with pytest.raises(ApiTokenError, match=words):
            create_token(session, workspace, name, days)


def test_the_list_tells_which_tokens_live_and_the_trail_who_made_them(session: Session) -> None:
    create_token(session, "northwind", "old", 1)
    expire(session)
    create_token(session, "northwind", "gone", None)
    revoke_token(session, "northwind", "gone")
    create_token(session, "northwind", "nightly", 30)

    records = find_tokens(session, "northwind")

    assert [(one.name, one.is_live) for one in records] == [
        ("old", False),
        ("gone", False),
        ("nightly", True),
    ]
    assert find_tokens(session, "fabrikam") == []
    actions = session.scalars(
        select(col(AuditEntry.action)).where(col(AuditEntry.object_type) == "api_token")
    ).all()
    assert sorted(actions) == ["token.created"] * 3 + ["token.revoked"]


def test_the_command_shows_a_token_once_and_never_again(tmp_path: Path) -> None:
    def stillwatch(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "stillwatch", *arguments],
            cwd=ROOT,
            env={"STILLWATCH_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    stillwatch("workspace", "add", "acme")
    made = stillwatch("token", "create", "--workspace", "acme", "--name", "nightly")
    refused = stillwatch("token", "create", "--workspace", "acme", "--name", "nightly")
    listed = stillwatch("token", "list", "--workspace", "acme")
    revoked = stillwatch("token", "revoke", "nightly", "--workspace", "acme")
    listed_again = stillwatch("token", "list", "--workspace", "acme")

    (token,) = made.stdout.splitlines()
    assert token.startswith("stillwatch_")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Error: There is a token 'nightly' in acme already.\n"
    assert "live" in listed.stdout
    assert revoked.stdout == "token nightly revoked\n"
    assert "revoked" in listed_again.stdout
    assert token not in listed.stdout + listed_again.stdout
