"""Hashes that cost nothing: how dear a real one is has its own test."""

import pytest
from argon2 import PasswordHasher

from wenming_metrics.access import passwords


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()
