"""An owner changes how long a workspace keeps what is over."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from nicegui import ui
from nicegui.testing import user_simulation

from models import Membership, Role, User, UserSession, Workspace
from policy.access import Grant
from services.auth import Viewer
from services.database import Database
from services.retention import Retention, find_retention
from ui.browser import Browser
from ui.components.retention_section import RetentionSection
from ui.presenters.locale import Locale


def a_page(database: Database, role: Role) -> Any:
    with database.writing() as session:
        session.add(Membership(workspace_id=1, user_id=1, role=role.value))
    viewer = Viewer(1, 1, "Ada", "ada@example.test", None, (), (Grant(role, 1),))

    async def act() -> Viewer:
        return viewer

    locale = Locale("en", ZoneInfo("UTC"))
    return SimpleNamespace(
        session=SimpleNamespace(act=act, locale=locale),
        console=SimpleNamespace(database=database),
        browser=Browser(ui.context.client),
    )


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    with sqlite_database.writing() as session:
        session.add(Workspace(id=1, slug="northwind", name="Northwind"))
        session.add(User(id=1, email="ada@example.test", name="Ada", password_hash="-"))
        session.flush()
        now = datetime.now(UTC)
        session.add(
            UserSession(id=1, token_hash="-", user_id=1, created_at=now, last_active_at=now)
        )
    return sqlite_database


def stored(database: Database) -> Retention:
    with database.reading() as session:
        return find_retention(session, 1)


async def test_what_is_no_number_of_days_is_said_and_stays_to_be_mended(database: Database) -> None:
    async with user_simulation() as user:

        @ui.page("/")
        def page() -> None:
            RetentionSection(a_page(database, Role.OWNER), 1, Retention())

        await user.open("/")
        user.find(marker="set-retention").click()
        user.find(marker="retention-runs-days").clear().type("0")
        user.find(marker="confirm").click()
        await user.should_see("From 1 to 36500 days, or empty.")
        assert stored(database) == Retention()

        user.find(marker="retention-runs-days").clear().type("90")
        user.find(marker="confirm").click()
        await user.should_see("Finished runs: kept for 90 days", retries=20)

    assert stored(database) == Retention(90, None)


async def test_who_has_lost_the_right_meanwhile_changes_nothing(database: Database) -> None:
    async with user_simulation() as user:

        @ui.page("/")
        def page() -> None:
            RetentionSection(a_page(database, Role.OPERATOR), 1, Retention())

        await user.open("/")
        user.find(marker="set-retention").click()
        user.find(marker="retention-runs-days").type("1")
        user.find(marker="confirm").click()
        await user.should_see("You may not do this.", retries=20)

    assert stored(database) == Retention()
