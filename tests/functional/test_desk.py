"""The review desk in a real browser: comments in their place, sheets by keyboard, history, guidelines."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from labeling.models import Annotation, Comment, Review, SpotCheck, Task
from labeling.operations import comments, reviews
from labeling.operations.guidelines import write_guideline
from labeling.operations.leases import claim_task
from tests.functional.desk import VIN, WRONG, Desk, Editor, Opener
from tests.processes import wait_for
from tests.pseudo_rounds import trust

pytestmark = pytest.mark.functional

MISREAD = VIN[:11] + "8" + VIN[12:]


@pytest.fixture
def reviewer(desk: Desk, open_editor: Opener) -> Editor:
    return open_editor(desk.people.reviewer)


WHOLE = """() => [...document.querySelectorAll(".photo-mat img")].map((image) => {
  const [shown, mat] = [image.getBoundingClientRect(), image.parentElement.getBoundingClientRect()];
  return shown.height <= mat.height + 1 && shown.width <= mat.width + 1;
})"""


def test_a_card_shows_the_whole_photo_whatever_its_shape(desk: Desk, annotator: Editor) -> None:
    desk.add_photo(width=400, height=400)
    desk.add_photo(width=400, height=700)
    desk.add_photo(width=900, height=300)
    for path in ("", "photos/"):
        annotator.page.goto(desk.address().replace("annotate/", path))
        expect(annotator.page.locator(".photo-mat img")).to_have_count(3)
        assert annotator.page.evaluate(WHOLE) == [True] * 3


def send_back(desk: Desk, task: Task, comment: str, index: int) -> None:
    now, holder = timezone.now(), desk.people.reviewer
    lease = claim_task(task=task, holder=holder, kind="review", now=now)
    task.refresh_from_db()
    reviews.submit_review(
        lease_id=lease.pk,
        reviewer=holder,
        verdict="rejected",
        reason="A character is wrong",
        comment=comment,
        comment_index=index,
        base_revision=task.revision,
        now=now,
    )


def test_a_rejection_with_a_comment_meets_the_annotator_at_the_character(
    desk: Desk, reviewer: Editor, open_editor: Opener
) -> None:
    annotation = desk.submit(desk.add_photo(), text=MISREAD)
    reviewer.open(desk.address("review"))
    reviewer.cell(12).click()
    reviewer.press("-", "c")
    reviewer.page.keyboard.type("no gap: a 0")
    reviewer.press("Enter", "1")
    wait_for(lambda: Review.objects.filter(annotation=annotation).exists(), seconds=10, what="the review")
    said = Comment.objects.get()
    assert (said.text, said.index, said.author) == ("no gap: a 0", 11, desk.people.reviewer)
    annotator = open_editor(desk.people.annotator).open(desk.address())
    expect(annotator.part("rejection")).to_contain_text("A character is wrong")
    expect(annotator.cell(12)).to_be_focused()
    expect(annotator.part("cell-comments")).to_have_text("reviewer: no gap: a 0")
    expect(annotator.page.locator(".vin-cell").nth(11)).to_have_attribute("data-comments", "1")
    annotator.press("ArrowLeft")
    expect(annotator.part("cell-comments")).to_be_hidden()


def test_a_rejection_can_speak_of_the_photo_as_a_whole(
    desk: Desk, reviewer: Editor, open_editor: Opener
) -> None:
    desk.submit(desk.add_photo())
    reviewer.open(desk.address("review"))
    reviewer.press("-", "c")
    reviewer.page.keyboard.type("the other line counts")
    reviewer.press("Tab", "Space", "4")
    annotator = open_editor(desk.people.annotator)
    wait_for(lambda: Comment.objects.filter(index=None).exists(), seconds=10, what="the comment")
    annotator.open(desk.address())
    expect(annotator.part("photo-remark")).to_have_text("reviewer: the other line counts")
    expect(annotator.part("rejection")).to_contain_text("The region does not fit")


def test_the_reviewer_sees_what_changed_by_character_and_by_box(desk: Desk, reviewer: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    desk.submit(task)
    reviewer.open(desk.address("review"))
    rows = reviewer.page.locator("[data-changes] tr")
    expect(rows).to_have_count(1)
    expect(rows.locator("mark")).to_have_text(["8", "0"])
    rows.get_by_role("button").click()
    expect(reviewer.cell(12)).to_be_focused()


def test_a_comment_is_typed_beside_the_photo_and_tells_whom_it_names(
    desk: Desk, reviewer: Editor, open_editor: Opener
) -> None:
    desk.submit(desk.add_photo())
    reviewer.open(desk.address("review"))
    reviewer.cell(3).click()
    reviewer.press("F2")
    reviewer.page.keyboard.type("look, @anno")
    expect(reviewer.page.locator(".mention-names:visible li")).to_have_text(["@annotator"])
    reviewer.press("Enter")
    reviewer.page.keyboard.type("<b>!")
    reviewer.press("Enter")
    expect(reviewer.page.locator("[data-comments] .comment-text")).to_have_text("look, @annotator <b>!")
    expect(reviewer.cell(3)).to_be_focused()
    annotator = open_editor(desk.people.annotator)
    annotator.page.goto(f"{desk.url}/p/{desk.people.project.slug}/")
    line = annotator.page.locator(".mention-line")
    expect(line).to_contain_text("look, @annotator <b>!")
    line.get_by_role("button", name="Mark as read").click()
    expect(annotator.page.locator("main")).not_to_contain_text("You were mentioned")


def test_a_comment_that_was_not_sent_goes_before_the_verdict(desk: Desk, reviewer: Editor) -> None:
    annotation = desk.submit(desk.add_photo())
    reviewer.open(desk.address("review"))
    reviewer.press("F2")
    reviewer.page.keyboard.type("half a thought")
    reviewer.page.locator("[data-command=accept]").click()
    wait_for(lambda: Review.objects.filter(annotation=annotation).exists(), seconds=10, what="the review")
    assert Comment.objects.get().text == "half a thought"


def test_ones_own_comment_is_edited_and_deleted_in_the_editor(desk: Desk, annotator: Editor) -> None:
    desk.add_photo()
    annotator.open(desk.address())
    annotator.press("F2")
    annotator.page.keyboard.type("first")
    annotator.press("Enter")
    item = annotator.page.locator("[data-comment]")
    item.locator("summary").click()
    item.locator("textarea").fill("second")
    item.locator("textarea").press("Enter")
    expect(item).to_contain_text("edited")
    assert Comment.objects.get().text == "second"
    item.get_by_role("button", name="Delete").click()
    expect(item).to_have_count(0)
    assert not Comment.objects.exists()


def test_a_sheet_is_checked_by_keyboard(desk: Desk, reviewer: Editor) -> None:
    trust(*(desk.add_photo() for _ in range(3)), by=desk.people.ml_engineer)
    page = reviewer.page
    page.goto(f"{desk.url}/p/{desk.people.project.slug}/spot-checks/")
    marks = page.locator("[name=wrong]")
    expect(marks).to_have_count(3)
    expect(page.locator(".contact-strip").first).to_have_js_property("complete", True)
    assert page.locator(".contact-strip").first.evaluate("image => image.naturalWidth") > 100
    reviewer.press("b")
    expect(marks.nth(1)).to_be_checked()
    reviewer.press("ArrowRight", "Space")
    expect(marks.nth(2)).to_be_checked()
    reviewer.press("c", "Enter")
    expect(page.locator(".message.success")).to_contain_text("2 readings noted as right, 1 photo sent back")
    assert SpotCheck.objects.filter(is_right=False).count() == 1
    assert Task.objects.filter(state="rejected").count() == 1
    expect(page.locator(".sheet-figures")).to_contain_text("66.7 %")


def test_an_older_revision_is_seen_and_restored(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    desk.submit(task, text=VIN)
    send_back(desk, task, "no", 0)
    task.refresh_from_db()
    desk.submit(task, text=MISREAD)
    page = annotator.page
    page.goto(f"{desk.url}/p/{desk.people.project.slug}/photos/{task.photo_id}/history/")
    revisions = page.locator(".history-entry.annotation")
    expect(revisions).to_have_count(2)
    expect(revisions.first.locator("mark")).to_have_text("8")
    expect(revisions.first).to_contain_text("position 12: 0 became 8")
    revisions.nth(1).get_by_role("link", name="Show").click()
    expect(page.locator(".mat-bar")).to_contain_text("revision 1 by annotator")
    page.get_by_role("button", name="Restore this revision").click()
    expect(page.locator(".message.success")).to_contain_text("Revision 3 says again what revision 1 said")
    assert list(Annotation.objects.order_by("revision").values_list("text", flat=True)) == [VIN, MISREAD, VIN]


def test_guidelines_are_one_key_away_and_say_when_there_is_news(
    desk: Desk, annotator: Editor, open_editor: Opener
) -> None:
    desk.add_photo()
    admin = open_editor(desk.people.admin)
    admin.page.goto(f"{desk.url}/p/{desk.people.project.slug}/guidelines/edit/")
    admin.page.fill("[name=text]", "# Zero\n\nIs **never** an O. <script>alert(1)</script>")
    admin.page.get_by_role("button", name="Publish").click()
    expect(admin.page.locator(".prose strong")).to_have_text("never")
    expect(admin.page.locator(".prose script")).to_have_count(0)
    annotator.open(desk.address())
    expect(annotator.part("guidelines-news")).to_be_visible()
    with annotator.page.expect_popup() as opened:
        annotator.press("F4")
    opened.value.get_by_role("button", name="I have read this").click()
    expect(opened.value.get_by_role("button", name="I have read this")).to_have_count(0)
    project, admin_user = desk.people.project, desk.people.admin
    write_guideline(project=project, by=admin_user, text="# Zero\n\nNo O.", base_number=1, now=timezone.now())
    opened.value.reload()
    expect(opened.value.locator(".changed-lines .is-new")).to_contain_text("No O.")


def test_what_people_write_on_a_photos_page_stays_text(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    text = "<img src=x onerror=alert(1)> https://example.org @reviewer"
    comments.add_comment(task=task, author=desk.people.annotator, text=text, now=timezone.now())
    page = annotator.page
    page.goto(f"{desk.url}/p/{desk.people.project.slug}/photos/{task.photo_id}/")
    expect(page.locator(".comment-text")).to_have_text(text)
    assert page.locator(".comment-text a, .comment-text img").count() == 0
    page.fill("#comment-text", "and more")
    page.locator("[name=index]").select_option("11")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".comment-list > li")).to_have_count(2)
    assert Comment.objects.get(text="and more").index == 11
