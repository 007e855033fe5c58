"""The same workshop on each database, and so under each engine."""

from pathlib import Path

import pytest

from services.database import Database
from tests.engines.workshop import Workshop


@pytest.fixture
def workshop(database: Database, tmp_path: Path) -> Workshop:
    return Workshop(database, tmp_path)
