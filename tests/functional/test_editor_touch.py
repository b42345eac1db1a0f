"""The editor under a finger: 500 px wide, no mouse, no keyboard but the screen's."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.functional.desk import VIN, WRONG, Desk, Editor, Opener, newest, submitted
from tests.processes import wait_for

pytestmark = pytest.mark.functional

FINGER = 44
NARROW = {"viewport": {"width": 500, "height": 900}, "has_touch": True, "is_mobile": True}
TOO_SMALL = """least => [...document.querySelectorAll(".editor button, .vin-cell input, .editor a.button")]
  .filter((element) => element.offsetParent !== null)
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, { width, height }]) => Math.round(width) < least || Math.round(height) < least)
  .map(([element, { width, height }]) => `${element.outerHTML.slice(0, 90)}: ${width} x ${height}`)"""


@pytest.fixture
def finger(desk: Desk, open_editor: Opener) -> Editor:
    return open_editor(desk.people.annotator, **NARROW)


def swipe(editor: Editor, target: Locator, by: tuple[float, float]) -> None:
    """One finger pressed on the middle of an element, moved, and lifted."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = editor.page.context.new_cdp_session(editor.page)

    def touch(kind: str, share: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x + by[0] * share, "y": y + by[1] * share}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0)
    for step in (1, 2, 3, 4):
        touch("touchMove", step / 4)
    touch("touchEnd", 1)


def test_everything_fits_and_can_be_hit_with_a_finger(desk: Desk, finger: Editor) -> None:
    desk.add_photo(doubts=WRONG, code=VIN)
    finger.open(desk.address())
    assert finger.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert finger.page.evaluate(TOO_SMALL, FINGER) == []
    expect(finger.page.locator(".band")).to_have_count(2)
    finger.page.get_by_role("button", name="Keys").tap()
    assert finger.page.evaluate(TOO_SMALL, FINGER) == []


def test_on_a_tablet_the_tools_of_the_photo_stand_in_one_line(desk: Desk, finger: Editor) -> None:
    desk.add_photo()
    finger.page.set_viewport_size({"width": 820, "height": 1180})
    finger.open(desk.address())
    tools = finger.page.locator(".photo-tools").bounding_box()
    assert tools is not None
    assert tools["height"] < 2 * FINGER
    assert finger.page.evaluate(TOO_SMALL, FINGER) == []


def test_a_photo_is_corrected_and_submitted_by_touch(desk: Desk, finger: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    finger.open(desk.address())
    finger.cell(3).tap()
    assert finger.focused().startswith("position 3")
    finger.cell(12).tap()
    finger.page.keyboard.insert_text("0")  # as screen keyboards do, without a key
    assert finger.text() == VIN
    finger.page.get_by_role("button", name="Undo").tap()
    finger.page.locator("[data-option='0']").tap()
    finger.page.get_by_role("button", name="Submit").tap()
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    assert newest(task).text == VIN


def test_boxes_and_corners_follow_a_finger(desk: Desk, finger: Editor) -> None:
    task = desk.add_photo()
    finger.open(desk.address())
    third = finger.page.locator('[data-strip-boxes] polygon[data-index="2"]')
    before = third.get_attribute("points")
    swipe(finger, third, (8, 0))
    assert third.get_attribute("points") != before
    region = finger.points("[data-region-line]")
    swipe(finger, finger.page.locator('[data-corner="0"]'), (-4, -12))
    moved = finger.points("[data-region-line]")
    assert moved[0][1] < region[0][1] - 5
    assert moved[2] == region[2]
    swipe(finger, finger.page.locator("[data-turner]"), (14, 0))
    assert finger.points("[data-region-line]")[2] != region[2]
    finger.page.get_by_role("button", name="Submit").tap()
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")


def test_a_reason_and_a_character_put_in_by_touch(desk: Desk, finger: Editor) -> None:
    task = desk.add_photo(text=VIN[:8] + VIN[9:])
    finger.open(desk.address())
    finger.cell(9).tap()
    finger.page.get_by_role("button", name="Character", exact=True).tap()
    finger.page.keyboard.insert_text(VIN[8])
    assert finger.text() == VIN
    finger.page.get_by_role("button", name="Unreadable").tap()
    finger.page.get_by_role("button", name="Glare or reflection").tap()
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    assert newest(task).unreadable_reason == "Glare or reflection"


def test_a_vin_is_typed_where_the_model_found_none(desk: Desk, finger: Editor) -> None:
    task = desk.add_photo(text="")
    finger.open(desk.address())
    finger.page.keyboard.insert_text(VIN)
    assert finger.text() == VIN
    finger.page.get_by_role("button", name="Submit").tap()
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    assert newest(task).text == VIN
