"""The queue in a real browser: ticks, actions, undo, and both sides of a photo that is taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from labeling.models import AuditEvent, Task
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


def test_what_is_missing_is_asked_for_and_the_ticks_stay(desk: Desk, manager: Page) -> None:
    task = desk.add_photo()
    manager.goto(desk.address("queue"))
    assign = manager.get_by_role("button", name="Assign", exact=True)
    assign.click()
    every = manager.get_by_label("Tick every row of this page")
    assert "Tick the rows" in every.evaluate("box => box.validationMessage")
    manager.get_by_role("checkbox", name=task.photo.name).check()
    assign.click()
    person = manager.get_by_label("Assign to")
    assert "Choose whom" in person.evaluate("list => list.validationMessage")
    expect(manager.get_by_text("1 ticked")).to_be_visible()
    person.select_option("reviewer")
    assign.click()
    expect(manager.locator("#queue-done")).to_contain_text("1 task assigned to reviewer")


def test_a_choice_by_keyboard_waits_for_enter(desk: Desk, manager: Page) -> None:
    manager.goto(desk.address("members"))
    role = manager.get_by_label("Role of annotator")
    change = manager.get_by_role("button", name="Change the role of annotator")
    role.focus()
    manager.keyboard.press("ArrowDown")
    manager.keyboard.press("ArrowDown")
    expect(role).to_have_value("ml_engineer")
    expect(change).to_be_in_viewport()
    manager.keyboard.press("Enter")
    expect(manager.get_by_text("annotator is now an ML engineer.")).to_be_visible()
    changes = AuditEvent.objects.filter(verb="member.role_changed")
    assert [event.data["to"] for event in changes] == ["ml_engineer"]


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
