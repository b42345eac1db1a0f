"""Review in a real browser, against the real server."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from labeling.models import Annotation, Review
from tests.functional.desk import VIN, WRONG, Desk, Editor, Opener
from tests.processes import wait_for

pytestmark = pytest.mark.functional


@pytest.fixture
def reviewer(desk: Desk, open_editor: Opener) -> Editor:
    return open_editor(desk.people.reviewer)


def judged(annotation: Annotation) -> Review:
    wait_for(lambda: Review.objects.filter(annotation=annotation).exists(), seconds=10, what="the review")
    return Review.objects.get(annotation=annotation)


def test_accept_takes_one_key_and_opens_the_next(desk: Desk, reviewer: Editor) -> None:
    first = desk.submit(desk.add_photo())
    second = desk.submit(desk.add_photo())
    reviewer.open(desk.address("review"))
    expect(reviewer.name()).to_have_text(first.task.photo.name)
    reviewer.press("Enter")
    expect(reviewer.name()).to_have_text(second.task.photo.name)
    print(f"review, accept: {reviewer.presses} of 1 key")
    assert reviewer.presses == 1
    assert judged(first).verdict == "accepted"
    first.task.refresh_from_db()
    assert first.task.state == "accepted"


def test_fix_and_accept_is_the_edit_and_one_key(desk: Desk, reviewer: Editor) -> None:
    annotation = desk.submit(desk.add_photo(), text=VIN[:11] + "8" + VIN[12:])
    reviewer.open(desk.address("review"))
    accept = reviewer.part("accept-word")
    expect(accept).to_have_text("Accept")
    reviewer.cell(12).click()
    reviewer.press("0")
    expect(accept).to_have_text("Fix and accept")
    reviewer.press("Enter")
    review = judged(annotation)
    print(f"review, fix and accept: {reviewer.presses} of 2 keys")
    assert reviewer.presses == 2
    assert (review.verdict, review.corrected.text) == ("fixed_and_accepted", VIN)
    assert review.corrected.author == desk.people.reviewer


def test_a_change_that_is_undone_is_no_fix(desk: Desk, reviewer: Editor) -> None:
    annotation = desk.submit(desk.add_photo())
    reviewer.open(desk.address("review"))
    reviewer.press("W", "Control+z", "Enter")
    assert judged(annotation).verdict == "accepted"


def test_a_rejection_takes_two_keys_and_goes_back_with_its_reason(
    desk: Desk, reviewer: Editor, open_editor: Opener
) -> None:
    annotation = desk.submit(desk.add_photo(), text=VIN[:11] + "8" + VIN[12:])
    reviewer.open(desk.address("review"))
    reviewer.press("-", "1")
    review = judged(annotation)
    print(f"review, reject with a reason: {reviewer.presses} of 2 keys")
    assert reviewer.presses == 2
    assert (review.verdict, review.reason) == ("rejected", "A character is wrong")
    annotator = open_editor(desk.people.annotator).open(desk.address())
    expect(annotator.part("rejection")).to_have_text("Sent back: A character is wrong")
    assert annotator.text() == annotation.text
    annotator.cell(12).click()
    annotator.press("0", "Enter")
    wait_for(
        lambda: Annotation.objects.filter(task=annotation.task).count() == 2, seconds=10, what="revision 2"
    )
    assert Annotation.objects.get(task=annotation.task, revision=2).text == VIN


def test_what_the_annotator_changed_stands_out(desk: Desk, reviewer: Editor) -> None:
    desk.submit(desk.add_photo(doubts=WRONG))
    reviewer.open(desk.address("review"))
    changed = reviewer.page.locator(".vin-cell[data-changed]")
    expect(changed).to_have_count(1)
    expect(changed.locator("input")).to_have_value("0")
    versions = reviewer.page.locator(".version")
    expect(versions.nth(0)).to_contain_text("Model v1")
    expect(versions.nth(1)).to_contain_text("annotator")
    expect(versions.nth(1).locator("mark")).to_have_text("0")


def test_a_mark_of_unreadable_can_be_accepted_or_read_after_all(desk: Desk, reviewer: Editor) -> None:
    accepted = desk.mark_unreadable(desk.add_photo(), "Blurred")
    reviewer.open(desk.address("review"))
    expect(reviewer.part("outcome")).to_contain_text("Blurred")
    expect(reviewer.part("accept-word")).to_have_text("Accept as unreadable")
    reviewer.press("Enter")
    assert judged(accepted).verdict == "accepted"
    accepted.task.refresh_from_db()
    assert accepted.task.state == "unreadable"
    expect(reviewer.part("rest")).to_be_visible()
    read = desk.mark_unreadable(desk.add_photo(doubts=WRONG), "Glare or reflection")
    reviewer.open(desk.address("review"))
    reviewer.press("0", "Enter")
    review = judged(read)
    assert (review.verdict, review.corrected.text) == ("fixed_and_accepted", VIN)


def test_a_reading_that_the_annotator_missed_is_accepted_as_it_is(desk: Desk, reviewer: Editor) -> None:
    """The model was right, so there is nothing to change: typing it again, or one key, is enough."""
    first, second = desk.add_photo(), desk.add_photo()
    typed, kept = desk.mark_unreadable(first, "Blurred"), desk.mark_unreadable(second, "Blurred")
    reviewer.open(desk.address("review"))
    expect(reviewer.name()).to_have_text(first.photo.name)
    reviewer.press("Home", VIN[0])
    expect(reviewer.part("accept-word")).to_have_text("Fix and accept")
    reviewer.press("Enter")
    assert judged(typed).corrected.text == VIN
    expect(reviewer.name()).to_have_text(second.photo.name)
    expect(reviewer.part("changes-none")).to_have_text("Nothing: the photo was marked unreadable.")
    reviewer.press("!")
    review = judged(kept)
    assert (review.verdict, review.corrected.text) == ("fixed_and_accepted", VIN)
    expect(reviewer.part("rest")).to_be_visible()
    for gone in ("outcome", "photo-name", "leave"):
        expect(reviewer.part(gone)).to_be_hidden()


def test_a_reading_that_the_model_doubted_is_told_from_none(desk: Desk, reviewer: Editor) -> None:
    """Boxes without a VIN: the annotator began with them and took one away."""
    desk.submit(desk.add_photo(text=VIN + "7"))
    reviewer.open(desk.address("review"))
    expect(reviewer.part("versions")).to_contain_text("doubts that it is a VIN")
    rows = reviewer.page.locator("[data-changes] tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("removed")


def test_nobody_reviews_their_own_work(desk: Desk, reviewer: Editor) -> None:
    own = desk.submit(desk.add_photo(), author=desk.people.reviewer)
    reviewer.page.goto(desk.address("review"))
    expect(reviewer.part("rest")).to_contain_text("Nothing waits for your review")
    reviewer.page.goto(f"{desk.address('review')}?task={own.task.pk}")
    expect(reviewer.part("broken-text")).to_contain_text("You cannot review your own annotation")
    others = desk.submit(desk.add_photo())
    reviewer.open(desk.address("review"))
    expect(reviewer.name()).to_have_text(others.task.photo.name)


def test_two_reviewers_never_get_the_same_photo(desk: Desk, reviewer: Editor, open_editor: Opener) -> None:
    desk.submit(desk.add_photo())
    reviewer.open(desk.address("review"))
    admin = open_editor(desk.people.admin)
    admin.page.goto(desk.address("review"))
    expect(admin.part("rest")).to_be_visible()
