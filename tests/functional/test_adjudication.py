"""Two readings that differ, settled in a real browser."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from labeling.models import Annotation, Membership, Task
from labeling.operations import quality
from tests.conftest import make_user
from tests.functional.desk import VIN, Desk, Editor, Opener
from tests.processes import wait_for

pytestmark = pytest.mark.functional

OTHER = VIN[:11] + "8" + VIN[12:]
"""With another character at position 12."""


def set_policy(desk: Desk, **rules: object) -> None:
    current = quality.get_policy(project=desk.people.project)
    names = (*quality.LIMITS, *quality.SWITCHES)
    quality.set_policy(
        project=desk.people.project,
        by=desk.people.admin,
        now=timezone.now(),
        rules={name: getattr(current, name) for name in names} | rules,
        reason="Because.",
        replaces=current.number,
    )


@pytest.fixture
def conflict(desk: Desk) -> Task:
    """The annotator and the admin have read the photo differently."""
    set_policy(desk, double_share=1, review_share=0)
    task = desk.add_photo()
    desk.submit(task)
    desk.submit(Task.objects.get(pk=task.pk), text=OTHER, author=desk.people.admin)
    task.refresh_from_db()
    assert task.state == "conflict"
    return task


@pytest.fixture
def third(desk: Desk, open_editor: Opener) -> Editor:
    return open_editor(desk.people.reviewer)


def decided(task: Task) -> Annotation:
    wait_for(
        lambda: Annotation.objects.filter(task=task, revision=3).exists(), seconds=10, what="the decision"
    )
    return Annotation.objects.get(task=task, revision=3)


def test_both_readings_are_on_screen_and_the_place_that_differs_is_open(
    desk: Desk, conflict: Task, third: Editor
) -> None:
    third.page.goto(f"{desk.url}/p/{desk.people.project.slug}/")
    third.page.get_by_role("link", name="Settle readings").click()
    third.cell(1).wait_for()
    versions = third.page.locator(".version")
    expect(versions.nth(0).locator("mark")).to_have_text(VIN[11])
    expect(versions.nth(1).locator("mark")).to_have_text("8")
    expect(third.cell(12)).to_have_value("")
    expect(third.cell(12)).to_be_focused()
    third.press("Enter")
    expect(third.part("notice")).to_contain_text("Position 12 is empty")
    third.press(VIN[11], "Enter")
    assert decided(conflict).text == VIN
    expect(third.part("rest")).to_contain_text("Nothing waits for you to settle it")


@pytest.mark.parametrize("width", [820, 500])
def test_a_window_that_shrinks_takes_everything_along(
    desk: Desk, conflict: Task, third: Editor, width: int
) -> None:
    third.open(desk.address("adjudicate"))
    third.page.set_viewport_size({"width": width, "height": 1000})
    third.page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
    last = third.cell(17).bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= width


@pytest.mark.parametrize(("key", "text"), [("<", VIN), (">", OTHER)])
def test_one_key_takes_a_reading_and_one_decides(
    desk: Desk, conflict: Task, third: Editor, key: str, text: str
) -> None:
    third.open(desk.address("adjudicate"))
    third.press(key, "Enter")
    decision = decided(conflict)
    assert (decision.text, third.presses) == (text, 2)
    assert len(decision.characters) == 17
    assert all(character["quad"] for character in decision.characters)


def test_a_photo_that_nobody_can_read_is_settled_with_its_reason(
    desk: Desk, conflict: Task, third: Editor
) -> None:
    third.open(desk.address("adjudicate"))
    third.press("/", "2")
    decision = decided(conflict)
    assert (decision.outcome, decision.unreadable_reason) == ("unreadable", "Glare or reflection")
    conflict.refresh_from_db()
    assert conflict.state == "unreadable"


def test_who_gave_one_of_the_readings_has_nothing_to_settle(
    desk: Desk, conflict: Task, open_editor: Opener
) -> None:
    reader = open_editor(desk.people.admin)
    reader.page.goto(f"{desk.address('adjudicate')}?task={conflict.pk}")
    expect(reader.part("broken-text")).to_contain_text("You have read this photo yourself")


def test_a_second_reading_looks_like_any_other(desk: Desk, open_editor: Opener) -> None:
    set_policy(desk, double_share=1, review_share=0)
    second = make_user("second")
    Membership.objects.create(
        project=desk.people.project, user=second, role="annotator", created_at=timezone.now()
    )
    task = desk.add_photo()
    desk.submit(task, text=OTHER)
    reader = open_editor(second).open(desk.address())
    expect(reader.page.locator(".version")).to_have_count(2)
    assert reader.text() == VIN
    assert OTHER not in reader.page.content()
    reader.press("Enter")
    wait_for(lambda: Task.objects.get(pk=task.pk).state == "conflict", seconds=10, what="the comparison")
