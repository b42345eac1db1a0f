"""Two people on one task, each in their own browser, and what each of them sees.

That two who ask for the next photo never get the same one is in test_editor_safety.py and test_review.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from labeling.models import Annotation, Draft, Review
from tests.functional.desk import VIN, WRONG, Desk, Editor, Opener, newest, submitted
from tests.functional.test_editor_safety import expire_lease
from tests.processes import wait_for

pytestmark = pytest.mark.functional


@pytest.fixture
def manager(desk: Desk, open_editor: Opener) -> Page:
    return open_editor(desk.people.admin).page


def test_a_submit_cannot_be_taken_back_from_under_a_reviewer(
    desk: Desk, annotator: Editor, open_editor: Opener
) -> None:
    """Its author is told why and keeps the place; the reviewer notices nothing and judges."""
    task = desk.add_photo()
    annotator.open(desk.address())
    annotator.press("Enter")
    expect(annotator.part("rest")).to_be_visible()
    reviewer = open_editor(desk.people.reviewer).open(desk.address("review"))
    annotator.page.locator("[data-rest-take-back]").click()
    expect(annotator.part("rest-notice")).to_contain_text("A reviewer has opened it already")
    expect(annotator.part("rest")).to_be_visible()
    reviewer.press("Enter")
    wait_for(lambda: Review.objects.filter(annotation__task=task).exists(), seconds=10, what="the review")
    task.refresh_from_db()
    assert (task.state, task.revision) == ("accepted", 1)


def test_whoever_comes_second_to_the_end_of_a_lease_writes_nothing(
    desk: Desk, annotator: Editor, open_editor: Opener
) -> None:
    """The first one's time ran out and the second has the photo: one keeps the text, one submits."""
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    expire_lease(task)
    second = open_editor(desk.people.reviewer).open(desk.address())
    expect(second.name()).to_have_text(task.photo.name)
    annotator.cell(12).click()
    annotator.press("B", "Enter")
    expect(annotator.page.locator("dialog[data-dialog=lost]")).to_be_visible()
    expect(annotator.part("lost-mine")).to_have_text(VIN[:11] + "B" + VIN[12:])
    second.cell(12).click()
    second.press("0", "Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the second one's annotation")
    annotator.page.get_by_role("button", name="Claim again, keep mine").click()
    expect(annotator.part("lost-message")).to_contain_text("does not wait for an annotation")
    expect(annotator.part("lost-mine")).to_have_text(VIN[:11] + "B" + VIN[12:])
    assert [(row.text, row.author) for row in Annotation.objects.all()] == [(VIN, desk.people.reviewer)]


def test_a_photo_that_a_manager_takes_back_loses_nothing_on_either_side(
    desk: Desk, manager: Page, annotator: Editor, open_editor: Opener
) -> None:
    """Its holder keeps what they typed and is told; the next person gets the photo; one of them submits."""
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("Home", "W")
    expect(annotator.part("save")).to_have_text("Draft saved")
    manager.goto(desk.address("queue") + "?state=held")
    manager.get_by_role("button", name=f"Recall {task.photo.name} from annotator").click()
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
