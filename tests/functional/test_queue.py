"""The queue in a real browser: ticks, actions, undo, and both sides of a photo that is taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from labeling.models import Task
from tests.functional.desk import Desk, Editor, Opener

pytestmark = pytest.mark.functional


@pytest.fixture
def manager(desk: Desk, open_editor: Opener) -> Page:
    return open_editor(desk.people.admin).page


def test_ticked_photos_are_assigned_and_the_assignment_is_undone(
    desk: Desk, manager: Page, annotator: Editor
) -> None:
    first, second = desk.add_photo(), desk.add_photo()
    manager.goto(desk.address("queue"))
    manager.get_by_role("checkbox", name=first.photo.name).check()
    expect(manager.get_by_text("1 ticked")).to_be_visible()
    manager.get_by_label("Assign to").select_option("reviewer")
    manager.get_by_role("button", name="Assign", exact=True).click()
    done = manager.locator("#queue-done")
    expect(done).to_contain_text("1 task assigned to reviewer")
    annotator.open(desk.address())
    expect(annotator.name()).to_have_text(second.photo.name)
    done.get_by_role("button", name="Undo").click()
    expect(manager.locator("#queue-done")).to_contain_text("undone")
    first.refresh_from_db()
    assert first.assignee is None


def test_every_row_is_ticked_at_once_and_all_that_match_are_asked_about(desk: Desk, manager: Page) -> None:
    desk.add_photo()
    desk.add_photo()
    manager.goto(desk.address("queue"))
    manager.get_by_label("All that match").check()
    manager.get_by_label("Tick every row of this page").check()
    expect(manager.get_by_text("2 ticked")).to_be_visible()
    expect(manager.locator("input[name=scope][value=ticked]")).to_be_checked()
    manager.get_by_label("All that match").check()
    manager.get_by_role("button", name="Raise").click()
    expect(manager.get_by_role("heading", name="Raise the priority of 2 tasks?")).to_be_visible()
    manager.get_by_role("button", name="Raise the priority of 2 tasks").click()
    expect(manager.locator("#queue-done")).to_contain_text("2 tasks raised")
    assert {task.level for task in Task.objects.all()} == {1}
