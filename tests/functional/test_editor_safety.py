"""What must not be lost, whatever happens: drafts, leases, sessions, connections."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from labeling.models import Annotation, Draft, Lease, Task
from labeling.operations import leases
from tests.conftest import PASSWORD
from tests.functional.desk import VIN, WRONG, Desk, Editor, Opener, newest, submitted
from tests.processes import wait_for

pytestmark = pytest.mark.functional


def test_what_was_typed_survives_a_reload(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("0", "Home", "W")
    expect(annotator.part("save")).to_have_text("Draft saved")
    assert Draft.objects.get(task=task).text == "W" + VIN[1:]
    annotator.page.reload()
    annotator.cell(1).wait_for()
    assert annotator.text() == "W" + VIN[1:]
    expect(annotator.mark(1)).to_have_text("edited")


def test_what_no_server_heard_of_is_still_in_the_browser(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.page.context.route("**/draft", lambda route: route.abort())
    annotator.press("0")
    expect(annotator.part("save")).to_contain_text("No connection")
    # Another tab, as after a crash: the first one gets no chance to save when it goes.
    again = Editor(annotator.page.context.new_page()).open(desk.address())
    assert again.text() == VIN
    assert not Draft.objects.filter(task=task).exists()


def test_work_goes_on_without_a_connection(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.page.context.set_offline(True)
    annotator.press("0")
    expect(annotator.part("save")).to_contain_text("No connection")
    annotator.press("Enter")
    expect(annotator.part("notice")).to_contain_text("Not sent")
    assert annotator.text() == VIN
    annotator.page.context.set_offline(False)
    expect(annotator.part("save")).to_have_text("Draft saved")
    annotator.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")


def test_two_people_never_get_the_same_photo(desk: Desk, annotator: Editor, open_editor: Opener) -> None:
    first, second = desk.add_photo(), desk.add_photo()
    annotator.open(desk.address())
    other = open_editor(desk.people.reviewer).open(desk.address())
    names = {annotator.name().inner_text(), other.name().inner_text()}
    assert names == {first.photo.name, second.photo.name}
    mine = Lease.objects.get(holder=desk.people.annotator, ended_at=None).task
    other.page.goto(f"{desk.address()}?task={mine.pk}")
    expect(other.part("broken-text")).to_have_text("Somebody else is working on this photo.")
    other.page.get_by_role("button", name="Open the next photo").click()
    other.cell(1).wait_for()
    assert other.name().inner_text() != annotator.name().inner_text()


def expire_lease(task: Task) -> None:
    Lease.objects.filter(task=task, ended_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_a_lease_that_ran_out_loses_nothing_and_can_be_claimed_again(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    expire_lease(task)
    leases.sweep_leases(now=timezone.now())
    annotator.press("0")
    dialog = annotator.page.locator("dialog[data-dialog=lost]")
    expect(dialog).to_be_visible()
    expect(annotator.part("lost-mine")).to_have_text(VIN)
    expect(annotator.part("lost-theirs")).to_have_text(VIN[:11] + "8" + VIN[12:])
    annotator.press("Enter")  # the first button keeps one's own version
    expect(dialog).to_be_hidden()
    assert annotator.text() == VIN
    annotator.cell(12).click()
    annotator.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    assert newest(task).text == VIN


def test_a_photo_that_somebody_else_finished_shows_both_versions(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    expire_lease(task)
    task.refresh_from_db()
    theirs = VIN[:11] + "B" + VIN[12:]
    desk.submit(task, text=theirs, author=desk.people.reviewer)
    annotator.press("0", "Enter")
    expect(annotator.part("lost-theirs")).to_have_text(theirs)
    expect(annotator.part("lost-author")).to_have_text("On the server, by reviewer")
    expect(annotator.part("lost-mine")).to_have_text(VIN)
    annotator.page.get_by_role("button", name="Claim again, keep mine").click()
    expect(annotator.part("lost-message")).to_contain_text("does not wait for an annotation")
    expect(annotator.part("lost-mine")).to_have_text(VIN)
    assert [annotation.text for annotation in Annotation.objects.filter(task=task)] == [theirs]


def test_an_ended_session_asks_for_the_password_and_nothing_is_lost(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.page.context.clear_cookies()
    annotator.press("0")
    dialog = annotator.page.locator("dialog[data-dialog=login]")
    expect(dialog).to_be_visible()
    annotator.page.fill("#login-password", "wrong")
    annotator.press("Enter")
    expect(annotator.part("login-error")).to_have_text("This name and password do not match.")
    annotator.page.fill("#login-password", PASSWORD)
    annotator.press("Enter")
    expect(dialog).to_be_hidden()
    expect(annotator.part("save")).to_have_text("Draft saved")
    assert Draft.objects.get(task=task).text == VIN
    annotator.cell(12).click()
    annotator.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")


def test_a_submit_can_be_taken_back(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("Enter")
    expect(annotator.part("rest")).to_be_visible()
    annotator.page.locator("[data-rest-take-back]").click()
    annotator.cell(1).wait_for()
    expect(annotator.name()).to_have_text(task.photo.name)
    expect(annotator.part("announcement")).to_have_text(f"Taken back. Photo {task.photo.name}.")
    annotator.cell(12).click()
    annotator.press("0", "Enter")
    wait_for(lambda: Annotation.objects.filter(task=task).count() == 2, seconds=10, what="a second revision")
    assert newest(task).text == VIN


def test_skipped_photos_are_laid_aside_with_the_reason(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    annotator.open(desk.address())
    annotator.press(".", "0")
    annotator.page.keyboard.type("The plate is in a mirror")
    annotator.press("Enter")
    expect(annotator.part("rest")).to_be_visible()
    task.refresh_from_db()
    assert (task.state, task.skip_reason) == ("skipped", "The plate is in a mirror")


def test_leaving_gives_the_photo_back_and_keeps_the_draft(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("0")
    annotator.page.get_by_role("button", name="Put back and leave").click()
    annotator.page.wait_for_url(f"**/p/{desk.people.project.slug}/")
    task.refresh_from_db()
    assert task.state == "new"
    assert Draft.objects.get(task=task).text == VIN
