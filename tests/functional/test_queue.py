"""The queue in a real browser: ticks, actions, undo, and both sides of a photo that is taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from labeling.models import Draft, Task
from tests.functional.desk import VIN, WRONG, Desk, Editor, Opener, newest, submitted
from tests.processes import wait_for

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


def test_a_photo_that_a_manager_takes_back_loses_nothing_on_either_side(
    desk: Desk, manager: Page, annotator: Editor, open_editor: Opener
) -> None:
    """Its holder keeps what they typed and is told; the next person gets the photo; one of them submits."""
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("Home", "W")
    expect(annotator.part("save")).to_have_text("Draft saved", timeout=5000)
    manager.goto(desk.address("queue") + "?state=held")
    manager.get_by_role("button", name=f"Take {task.photo.name} back from annotator").click()
    expect(manager.locator("#messages")).to_contain_text("is free again")
    other = open_editor(desk.people.reviewer).open(desk.address())
    expect(other.name()).to_have_text(task.photo.name)
    assert other.text() == VIN[:11] + "8" + VIN[12:]
    annotator.press("X")
    lost = annotator.page.locator("dialog[data-dialog=lost]")
    expect(lost).to_be_visible()
    expect(annotator.part("lost-mine")).to_have_text("WX" + VIN[2:11] + "8" + VIN[12:])
    annotator.page.get_by_role("button", name="Claim again, keep mine").click()
    expect(annotator.part("lost-message")).to_contain_text("Somebody else is working on this photo")
    other.cell(12).click()
    other.press("0", "Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the other's annotation")
    assert (newest(task).text, newest(task).author) == (VIN, desk.people.reviewer)
    assert Draft.objects.get(author=desk.people.annotator).text.startswith("W")
