"""Figures in a real browser: each leads to its photos, and one's own work shows what review changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from labeling.models import LeaseKind
from labeling.operations import leases, reviews
from tests.functional.desk import BOTTOM, LEFT, RIGHT, TOP, VIN, Desk, quad_at, sign_in

pytestmark = pytest.mark.functional
WRONG = VIN[:11] + "8" + VIN[12:]


@pytest.fixture
def worked(desk: Desk) -> Desk:
    """One photo that review fixed, and one that it accepted."""
    desk.submit(desk.add_photo())
    annotation = desk.submit(desk.add_photo(), text=WRONG)
    reviewer, now = desk.people.reviewer, timezone.now() + timedelta(seconds=1)
    lease = leases.claim_task(task=annotation.task, holder=reviewer, kind=LeaseKind.REVIEW, now=now)
    characters = [{"index": index, "symbol": each, "quad": quad_at(index)} for index, each in enumerate(VIN)]
    reviews.submit_review(
        lease_id=lease.pk,
        reviewer=reviewer,
        verdict="fixed_and_accepted",
        reason="This is a zero.",
        text=VIN,
        characters=characters,
        region=[[LEFT, TOP], [RIGHT, TOP], [RIGHT, BOTTOM], [LEFT, BOTTOM]],
        base_revision=1,
        now=now,
    )
    return desk


def cards(page: Page):
    return page.locator(".photo-card")


def test_a_figure_leads_to_its_photos_and_they_say_why(browser: Browser, worked: Desk) -> None:
    page = sign_in(browser, worked.people.admin, worked.url)
    page.goto(worked.address("quality"))
    row = page.get_by_role("row").filter(has_text="annotator").first
    row.get_by_role("link", name="100 %").click()
    phrase = "Photos annotated by annotator and changed or sent back in review"
    expect(page.get_by_role("note")).to_contain_text(phrase)
    expect(cards(page)).to_have_count(1)
    page.get_by_role("link", name="Accepted", exact=True).click()
    expect(page.get_by_role("note")).to_be_visible()
    expect(cards(page)).to_have_count(1)
    page.get_by_role("link", name="Show all photos").first.click()
    expect(cards(page)).to_have_count(2)
    page.context.close()


def test_a_bar_of_a_chart_is_a_link_for_the_keyboard_too(browser: Browser, worked: Desk) -> None:
    page = sign_in(browser, worked.people.reviewer, worked.url)
    page.goto(worked.address("quality"))
    bar = page.get_by_role("link", name="Position 12: 1 corrected")
    bar.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("note")).to_contain_text("corrected at position 12 in review")
    expect(cards(page)).to_have_count(1)
    page.context.close()


def test_my_work_marks_what_review_changed(browser: Browser, worked: Desk) -> None:
    page = sign_in(browser, worked.people.annotator, worked.url)
    page.goto(worked.address("annotate"))
    page.get_by_role("link", name="My work").click()
    lesson = page.locator(".lesson")
    expect(lesson).to_have_count(1)
    expect(lesson.locator("td.differs")).to_have_text(["8", "0"])
    expect(lesson.locator("polygon")).to_have_count(1)
    expect(lesson).to_contain_text("This is a zero.")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()
    assert WRONG in download.value.path().read_text()
    page.context.close()
