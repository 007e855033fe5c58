"""What every test of the services shares; the databases come from tests/conftest.py."""

import pytest
from argon2 import PasswordHasher

from services import auth


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing: hundreds are made here, and none of them guards anything."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(auth, "_HASHER", cheap)
