"""People who ask over HTTP, a data folder of each test's own, and work in every state."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from labeling.models import User
from tests.integration.api.asking import Api, As


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    """A folder for the files of this test alone, so that every file in it is accounted for."""
    settings.DATA_DIR = tmp_path / "data"
    return settings.DATA_DIR


@pytest.fixture
def api() -> As:
    """Asks in the name of a person who is logged in."""

    def ask_as(user: User) -> Api:
        client = Client()
        client.force_login(user)
        return Api(client)

    return ask_as
