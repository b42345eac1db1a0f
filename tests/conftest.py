"""Fixtures for all tests: people of each role, real servers and workers, and a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import get_hasher, make_password
from django.db import OperationalError, connection, transaction
from django.test import Client, TransactionTestCase, override_settings
from django.utils import timezone

from labeling.models import AcquisitionPolicy, Membership, Project, User
from tests import browser as browsers
from tests import photos, processes
from tests.parallel import (
    pytest_collection_modifyitems,
    pytest_xdist_auto_num_workers,
    pytest_xdist_newgateway,
)

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_auto_num_workers", "pytest_xdist_newgateway"]

# Playwright's synchronous interface runs an event loop in the thread of the test, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PASSWORD = "correct horse 17 battery"
ROLES = ("annotator", "reviewer", "ml_engineer", "admin")
FLUSH_ATTEMPTS = 5
WRITTEN_BY_MIGRATIONS = {"django_content_type", "auth_permission"}
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(scope="session", autouse=True)
def _plain_static_names() -> Iterator[None]:
    """Pages rendered inside the test process name static files unhashed: nothing need be collected."""
    storages = {**django_settings.STORAGES, "staticfiles": {"BACKEND": PLAIN_STATIC}}
    with override_settings(STORAGES=storages):
        yield


@pytest.fixture(scope="session", autouse=True)
def _never_wait_for_the_disk() -> Iterator[None]:
    """What a test stores may be lost with the machine, as the temporary PostgreSQL's data may."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """After a test that commits, the tables that it filled are emptied, and no others.

    Django's own way empties all of them, and then writes the permissions anew.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: _flush_patiently())
        yield


def _flush_patiently() -> None:
    """Emptying the tables can meet a last request of the browser or a worker, and lose: then once more."""
    for attempt in range(1, FLUSH_ATTEMPTS + 1):
        try:
            _flush()
        except OperationalError:
            if attempt == FLUSH_ATTEMPTS:
                raise
            time.sleep(0.5)
        else:
            return


def _flush() -> None:
    tables = set(connection.introspection.django_table_names(only_existing=True)) - WRITTEN_BY_MIGRATIONS
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in sorted(tables)
            )
        )
        filled = ", ".join(f'"{table}"' for (table,) in cursor.fetchall())
        if filled:
            cursor.execute(f"TRUNCATE {filled} CASCADE")


@lru_cache
def _hash_password(algorithm: str) -> str:
    return make_password(PASSWORD, hasher=algorithm)


def make_user(username: str) -> User:
    """A person who can log in with PASSWORD; hashed once for each hasher, as that is slow on purpose."""
    return User.objects.create(username=username, password=_hash_password(get_hasher().algorithm))


@dataclass(frozen=True)
class People:
    """A project, a member of each role, and somebody who is in no project."""

    project: Project
    annotator: User
    reviewer: User
    ml_engineer: User
    admin: User
    outsider: User

    def client(self, role: str) -> Client:
        """A client that is logged in as the member of that role."""
        client = Client()
        client.force_login(getattr(self, role))
        return client


def put_no_photo_at_random(project: Project, *, by: User) -> None:
    """Of two photos the one that teaches more comes first: in a test no draw may decide."""
    AcquisitionPolicy.objects.create(
        project=project, number=1, random_share=0, reason="Tests", made_by=by, made_at=timezone.now()
    )


def make_people(*, name: str = "Yard", prefix: str = "") -> People:
    """A project with its people in the database."""
    now = timezone.now()
    project = Project.objects.create(name=name, slug=name.lower(), created_at=now)
    members = {role: make_user(prefix + role) for role in ROLES}
    for role, user in members.items():
        Membership.objects.create(project=project, user=user, role=role, created_at=now)
    put_no_photo_at_random(project, by=members["admin"])
    return People(project=project, outsider=make_user(prefix + "outsider"), **members)


@pytest.fixture
def people(db: None) -> People:
    """A project and its people."""
    return make_people()


@pytest.fixture
def other_people(db: None) -> People:
    """Another project, whose things do not exist for the people of the first."""
    return make_people(name="Elsewhere", prefix="other_")


@pytest.fixture
def make_photo() -> Callable[..., bytes]:
    """Renders the file of a photo that shows a VIN; another seed gives another file."""
    return photos.render_photo


@pytest.fixture
def champion(people: People):
    """The base bundle, registered and in service in the project."""
    from labeling.operations import model_versions

    return model_versions.register_base_bundle(
        project=people.project,
        bundle_dir=processes.ROOT / "bundles" / "base",
        by=people.admin,
        now=timezone.now(),
    )


@pytest.fixture(scope="session")
def _collected_static() -> None:
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, check=True, cwd=processes.ROOT)


@pytest.fixture(scope="session")
def _web(
    django_db_setup: None, _collected_static: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    web, url = processes.start_web(log=tmp_path_factory.mktemp("web") / "web.log")
    yield url
    web.kill()


@dataclass(frozen=True)
class LiveServer:
    """The web server that the browser talks to."""

    url: str

    def __str__(self) -> str:
        return self.url


@pytest.fixture(autouse=True)
def _live_server_helper() -> None:
    """Takes the place of pytest-django's, which knows the settings of its own live server and not of ours."""


@pytest.fixture
def live_server(transactional_db: None, _web: str) -> LiveServer:
    """The web server as in production, with collected static files, on the test database."""
    return LiveServer(_web)


@pytest.fixture
def running_worker(transactional_db: None, tmp_path: Path) -> Iterator[processes.TestProcess]:
    """A worker that takes the jobs of every queue, and the beat."""
    processes.empty_queues()
    worker = processes.start_worker(log=tmp_path / "worker.log", queues=processes.ALL_QUEUES)
    beat = processes.start_beat(log=tmp_path / "beat.log", schedule=tmp_path / "beat-schedule")
    yield worker
    beat.kill()
    worker.kill()


@pytest.fixture(scope="session")
def browser_type_launch_args(playwright) -> dict[str, object]:
    """How pytest-playwright starts the browser; where there is none, the tests fail and say what to do."""
    problem = browsers.find_problem(playwright.chromium.executable_path)
    if problem:
        pytest.fail(problem, pytrace=False)
    return browsers.launch_options()
