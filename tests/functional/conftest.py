"""Fixtures for the tests that drive a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from labeling.models import User
from tests.conftest import LiveServer, People
from tests.functional.desk import WAIT, Desk, Editor, Opener, let_in, sign_in

expect.set_options(timeout=WAIT)


@pytest.fixture
def log_in(live_server: LiveServer) -> Callable[[Page, User], None]:
    """Let a person in without the login page, in a browser's page."""
    return lambda page, user: let_in(page.context, user, live_server.url)


@pytest.fixture
def desk(live_server: LiveServer, people: People) -> Desk:
    """A project without photos yet."""
    return Desk(people, live_server.url)


@pytest.fixture
def open_editor(browser: Browser, desk: Desk) -> Iterator[Opener]:
    """A browser for a person, ready to open the editor; each person has their own.

    After the test, no script may have failed, and nothing may have been refused by the page's own policy.
    """
    editors: list[Editor] = []

    def open_for(user: User, **options: Any) -> Editor:
        editors.append(Editor(sign_in(browser, user, desk.url, **options)))
        return editors[-1]

    yield open_for
    problems = [problem for editor in editors for problem in editor.problems]
    for editor in editors:
        editor.close()
    assert problems == []


@pytest.fixture
def annotator(desk: Desk, open_editor: Opener) -> Editor:
    """The annotator's browser."""
    return open_editor(desk.people.annotator)
