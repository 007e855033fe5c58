"""Changing one's own password."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from models import User, UserSession
from models.columns import utc_now
from services.administration import add_user
from services.auth import Auth, is_password
from services.database import Database
from ui.pages.password_change import _change
from ui.presenters.account import DONE

EMAIL, OLD, NEW = "ada@example.test", "correct horse", "battery staple"


async def test_who_was_signed_out_meanwhile_changes_no_password(sqlite_database: Database) -> None:
    database, auth = sqlite_database, Auth(sqlite_database)
    with database.writing() as session:
        add_user(session, EMAIL, "Ada", OLD)
    viewer = await auth.viewer_of_token(await auth.sign_in(EMAIL, OLD, None))
    assert viewer is not None
    console: Any = SimpleNamespace(database=database, auth=auth)
    with database.writing() as session:
        session.execute(update(UserSession).values(revoked_at=utc_now()))

    assert await _change(console, viewer, OLD, NEW) != DONE

    with database.reading() as session:
        stored = session.scalars(select(col(User.password_hash))).one()
    assert is_password(OLD, stored)
