"""Every test of the domain has a storage of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import People, make_people
from tests.integration.domain.round_work import Classroom
from tests.integration.domain.workshop import Workshop

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> Path:
    """An empty storage."""
    settings.DATA_DIR = tmp_path / "data"
    return settings.DATA_DIR


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    """Hashing a password is slow on purpose, and no purpose of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def now() -> datetime:
    """The moment at which the tests begin; they pass later ones in."""
    return NOW


@pytest.fixture
def workshop(people: People, now: datetime) -> Workshop:
    """The project with a first model version, and verbs for what people do in it."""
    return Workshop(people=people, now=now).open()


@pytest.fixture
def busy_workshop(transactional_db: None, now: datetime) -> Workshop:
    """The same, with rows that other connections see."""
    return Workshop(people=make_people(), now=now).open()


@pytest.fixture
def classroom(workshop: Workshop) -> Classroom:
    """The workshop with a teacher, and verbs for rounds of pseudo-labels."""
    return Classroom(workshop)
