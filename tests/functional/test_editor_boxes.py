"""Boxes, rows, the region's angle and the bar code, in a real browser."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import expect

from labeling.models import Annotation, Task
from tests.functional.desk import BOTTOM, LEFT, PITCH, RIGHT, TOP, VIN, WRONG, Desk, Editor, newest, submitted
from tests.processes import wait_for

pytestmark = pytest.mark.functional

OTHER = VIN[:11] + "8" + VIN[12:]


def send(editor: Editor, task: Task) -> Annotation:
    """Submit, and what has come of it."""
    if "position" not in editor.focused():
        editor.cell(1).click()
    editor.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    return newest(task)


def left_of(annotation: Annotation, position: int) -> float:
    return annotation.characters[position - 1]["quad"][0][0]


def width_of(annotation: Annotation, position: int) -> float:
    quad = annotation.characters[position - 1]["quad"]
    return quad[1][0] - quad[0][0]


def box(editor: Editor, position: int):
    return editor.page.locator(f'[data-strip-boxes] polygon[data-index="{position - 1}"]')


def test_a_box_is_moved_and_its_edge_is_pulled_with_the_mouse(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    annotator.open(desk.address())
    annotator.drag(box(annotator, 3), (12, 0))
    assert annotator.focused().startswith("position 3")
    annotator.drag(box(annotator, 6), (9, 0), at=(0.95, 0.5))
    annotation = send(annotator, task)
    assert left_of(annotation, 3) > LEFT + 2 * PITCH + 2
    assert width_of(annotation, 3) == pytest.approx(PITCH * 0.9)
    assert left_of(annotation, 6) == pytest.approx(LEFT + 5 * PITCH)
    assert width_of(annotation, 6) > PITCH * 0.9 + 2


def test_a_drag_beside_the_boxes_draws_the_focused_characters_box(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    annotator.open(desk.address())
    annotator.press("End")
    strip = annotator.page.locator("[data-strip-boxes]")
    annotator.drag(strip, (-18, 60), at=(0.995, 0.2))
    quad = send(annotator, task).characters[16]["quad"]
    assert quad[1][0] > RIGHT
    assert quad[0][0] > LEFT + 16 * PITCH
    assert annotator.problems == []


def test_the_edge_of_the_box_in_focus_is_caught_from_just_outside(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    annotator.open(desk.address())
    annotator.press("Home")
    annotator.drag(box(annotator, 1), (-12, 0), at=(-0.04, 0.5))
    annotation = send(annotator, task)
    assert left_of(annotation, 1) < LEFT - 2
    assert left_of(annotation, 2) == pytest.approx(LEFT + PITCH)


def test_without_dragging_a_box_is_drawn_and_a_corner_is_moved(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    annotator.open(desk.address())
    annotator.press("End", '"')
    tap(annotator, "[data-strip-boxes]", (0.93, 0.1))
    tap(annotator, "[data-strip-boxes]", (0.98, 0.9))
    assert annotator.part("photo-note").is_hidden()
    before = annotator.points("[data-region-line]")
    tap(annotator, '[data-corner="2"]', (0.5, 0.5))
    expect(annotator.part("photo-note")).to_contain_text("where this corner")
    tap(annotator, "[data-port]", (0.85, 0.75))
    after = annotator.points("[data-region-line]")
    assert after[2] != before[2]
    assert after[:2] == before[:2]
    annotation = send(annotator, task)
    assert left_of(annotation, 17) > LEFT + 16 * PITCH
    assert annotation.characters[16]["quad"][2][1] > BOTTOM
    assert annotation.region[2] != [RIGHT, BOTTOM]


def tap(editor: Editor, selector: str, at: tuple[float, float]) -> None:
    """A press and its release at a place in an element, as shares of its width and height."""
    box = editor.page.locator(selector).first.bounding_box()
    assert box is not None
    editor.page.mouse.click(box["x"] + box["width"] * at[0], box["y"] + box["height"] * at[1])


def test_boxes_come_into_a_region_that_is_drawn_elsewhere(desk: Desk, annotator: Editor) -> None:
    """The model read another line: the region is drawn around the VIN and turned, the text typed.

    After the drawing that a button began, the focus is on the characters again.
    """
    task = desk.add_photo(text="C0RP0RAT10N2335LB")
    annotator.open(desk.address())
    annotator.page.get_by_role("button", name="Draw region").click()
    port = annotator.page.locator("[data-port]")
    annotator.drag(port, (400, 30), at=(0.3, 0.82))
    assert annotator.focused().startswith("position 1,")
    annotator.press("(", "(")
    annotator.type(VIN)
    annotation = send(annotator, task)
    assert annotation.text == VIN
    assert min(y for character in annotation.characters for _, y in character["quad"]) > BOTTOM
    first, last = (annotation.characters[index]["quad"] for index in (0, 16))
    assert last[0][1] < first[0][1]


def test_keys_move_stretch_split_and_join_boxes_and_align_them_again(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    annotator.open(desk.address())
    annotator.press("Home", "Control+ArrowRight", "Control+ArrowRight", "Control+Shift+ArrowRight")
    first = box(annotator, 1).get_attribute("points")
    annotator.press("End", "|")
    expect(annotator.page.locator("[data-strip-boxes] polygon")).to_have_count(18)
    assert annotator.focused() == "position 18, empty"
    annotator.press("ArrowLeft", "&")
    expect(annotator.page.locator("[data-strip-boxes] polygon")).to_have_count(17)
    annotator.press("=")
    assert box(annotator, 1).get_attribute("points") != first
    annotation = send(annotator, task)
    assert [left_of(annotation, position) for position in (1, 17)] == pytest.approx([LEFT, LEFT + 16 * PITCH])


def test_the_boxes_follow_the_text_with_one_key(desk: Desk, annotator: Editor) -> None:
    """The model missed position 9 and read a spurious one at the end: its boxes are right for the others."""
    task = desk.add_photo(text=VIN[:8] + VIN[9:] + "7")
    annotator.open(desk.address())
    annotator.press("End", "Delete")
    for _ in range(8):
        annotator.press("ArrowLeft")
    annotator.press("Insert", VIN[8], "=")
    annotation = send(annotator, task)
    assert annotation.text == VIN
    assert left_of(annotation, 8) == pytest.approx(LEFT + 7 * PITCH)
    assert left_of(annotation, 9) == pytest.approx(LEFT + 7.5 * PITCH)
    assert left_of(annotation, 10) == pytest.approx(LEFT + 8 * PITCH)


def angle_of(region: list[list[float]]) -> float:
    (x0, y0), (x1, y1) = region[:2]
    return math.degrees(math.atan2(y1 - y0, x1 - x0))


def test_the_region_turns_by_any_angle_with_keys_and_with_its_knob(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    annotator.open(desk.address())
    annotator.press(")", ")", ")", "(")
    assert angle_of(annotator.points("[data-region-line]")) == pytest.approx(2, abs=0.1)
    annotator.drag(annotator.page.locator("[data-turner]"), (20, 2))
    turned = angle_of(annotator.points("[data-region-line]"))
    assert turned > 4
    annotator.page.locator("[data-turner]").focus()
    annotator.press("ArrowLeft")
    assert angle_of(annotator.points("[data-region-line]")) == pytest.approx(turned - 1, abs=0.2)
    annotation = send(annotator, task)
    assert angle_of(annotation.region) == pytest.approx(turned - 1, abs=0.3)
    assert left_of(annotation, 1) == pytest.approx(LEFT)


def test_a_second_row_is_drawn_and_is_one_sequence_with_the_first(desk: Desk, annotator: Editor) -> None:
    """The model saw the first nine characters only; the second row is drawn, and then typed."""
    task = desk.add_photo(text=VIN[:9])
    annotator.open(desk.address())
    annotator.press("End", ":")
    region = annotator.points("[data-region-line]")
    port = annotator.page.locator("[data-port]")
    width, height = port.evaluate("port => [port.clientWidth, port.clientHeight]")
    below = (region[3][0] / width, (region[3][1] + 12) / height)
    annotator.drag(port, ((region[1][0] - region[0][0]) / 2, 50), at=below)
    expect(annotator.page.locator(".band")).to_have_count(2)
    assert annotator.focused() == "position 10, empty"
    annotator.type(VIN[9:])
    assert annotator.text() == VIN
    boxes, cells = box(annotator, 10).bounding_box(), annotator.cell(10).bounding_box()
    assert boxes is not None
    assert cells is not None
    assert boxes["y"] + boxes["height"] <= cells["y"]
    annotation = send(annotator, task)
    assert annotation.text == VIN
    assert [character["index"] for character in annotation.characters] == list(range(17))
    tops = [character["quad"][0][1] for character in annotation.characters]
    assert max(tops[:9]) < min(tops[9:])
    assert max(y for _, y in annotation.region) > BOTTOM > TOP


def test_rows_come_back_with_the_photo_and_can_be_joined(desk: Desk, annotator: Editor) -> None:
    desk.add_photo()
    annotator.open(desk.address())
    annotator.press("Home", *["ArrowRight"] * 9, ":")
    annotator.page.get_by_role("button", name="Second row").click()
    bands = annotator.page.locator(".band")
    expect(bands).to_have_count(2)
    expect(annotator.part("save")).to_have_text("Draft saved")
    annotator.page.reload()
    annotator.cell(1).wait_for()
    expect(bands).to_have_count(2)
    annotator.cell(1).click()
    annotator.press(":", ":")
    expect(bands).to_have_count(1)


def test_what_the_bar_code_says_stands_beside_the_text_and_is_taken_with_one_key(
    desk: Desk, annotator: Editor
) -> None:
    task = desk.add_photo(doubts=WRONG, code=VIN)
    annotator.open(desk.address())
    expect(annotator.part("code")).to_contain_text("The bar code says something else")
    expect(annotator.part("code-vin").locator("mark")).to_have_text("0")
    expect(annotator.part("code-agrees")).to_be_hidden()
    annotator.press("#")
    assert annotator.text() == VIN
    expect(annotator.part("code")).to_be_hidden()
    expect(annotator.part("code-agrees")).to_be_visible()
    annotator.press("Control+z")
    assert annotator.text() == OTHER
    annotator.part("code").get_by_role("button").click()
    assert send(annotator, task).text == VIN


def test_a_bar_code_that_agrees_is_a_quiet_word(desk: Desk, annotator: Editor) -> None:
    desk.add_photo(code=VIN)
    annotator.open(desk.address())
    expect(annotator.part("code")).to_be_hidden()
    expect(annotator.part("code-agrees")).to_have_text("✓ Bar code says the same")


def test_a_submit_says_what_it_cost(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("Home", "Shift+Tab", "End")
    annotator.cell(12).click()
    annotator.press("0")
    annotation = send(annotator, task)
    assert annotation.keystrokes == 6
    assert annotation.active_ms is not None
    assert 0 < annotation.active_ms < 60_000


def test_a_region_that_is_pulled_to_a_wedge_says_so(desk: Desk, annotator: Editor) -> None:
    desk.add_photo()
    annotator.open(desk.address())
    strip, note = annotator.page.locator(".strip"), annotator.page.locator(".strip-note")
    expect(note).to_be_hidden()
    annotator.page.locator("[data-corner='1']").focus()
    annotator.press(*["Shift+ArrowDown"] * 5)
    expect(note).to_contain_text("pulled to a wedge")
    expect(strip).to_be_hidden()
    annotator.cell(1).focus()
    annotator.press(*["Control+z"] * 5)
    expect(strip).to_be_visible()


def test_the_nearest_corner_is_dragged_where_their_handles_lie_over_each_other(
    desk: Desk, annotator: Editor
) -> None:
    desk.add_photo(height=4800)
    annotator.open(desk.address())
    before = annotator.points("[data-region-line]")
    assert before[3][1] - before[0][1] < 8
    annotator.drag(annotator.page.locator("[data-corner='0']"), (-4, -12), at=(0.5, 0.45))
    after = annotator.points("[data-region-line]")
    assert after[0][1] < before[0][1] - 8
    assert after[3] == before[3]


def test_a_region_is_drawn_with_the_keyboard_alone(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(text="")
    annotator.open(desk.address())
    annotator.press("+", "Enter")
    assert annotator.focused().startswith("Region, top left corner")
    annotator.press("Shift+ArrowLeft", "Shift+ArrowUp")
    annotator.cell(1).focus()
    annotator.type(VIN)
    annotator.press("=")
    annotation = send(annotator, task)
    assert annotation.region[0] == pytest.approx([118, 98])
    assert all(character["quad"] for character in annotation.characters)
