"""Annotation in a real browser, against the real server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from labeling.models import Lease, Task
from tests.functional.desk import VIN, WRONG, Desk, Doubt, Editor, newest, submitted
from tests.processes import wait_for

pytestmark = pytest.mark.functional

UNSURE = {**WRONG, 3: Doubt("C", 0.8), 14: Doubt("3", 0.7)}


def spend(desk: Desk, editor: Editor, task: Task, *keys: str) -> int:
    """Open the photo, press the keys, and count what it took until the next photo was on the screen."""
    following = desk.add_photo()
    editor.open(f"{desk.address()}?task={task.pk}")
    expect(editor.name()).to_have_text(task.photo.name)
    before = editor.presses
    editor.press(*keys)
    expect(editor.name()).to_have_text(following.photo.name)
    return editor.presses - before


SHORT = VIN[:8] + VIN[9:]
BUDGETS = [
    ("accept unchanged", VIN, {}, ("Enter",), 1, VIN),
    ("fix one wrong character", VIN, WRONG, ("0", "Enter"), 2, VIN),
    (
        "add a missing character",
        SHORT,
        {8: Doubt("3", 0.3)},
        ("Insert", "3", "Enter"),
        3,
        VIN,
    ),
    ("mark a character unreadable", VIN, WRONG, ("?", "Enter"), 2, VIN[:11] + "?" + VIN[12:]),
    ("mark the photo unreadable, with a reason", VIN, {}, ("/", "1"), 2, ""),
]


@pytest.mark.parametrize(
    ("action", "text", "doubts", "keys", "budget", "expected"), BUDGETS, ids=lambda value: ""
)
def test_every_action_stays_within_its_budget_of_keys(
    desk: Desk,
    annotator: Editor,
    action: str,
    text: str,
    doubts: dict[int, Doubt],
    keys: tuple[str, ...],
    budget: int,
    expected: str,
) -> None:
    task = desk.add_photo(text=text, doubts=doubts)
    count = spend(desk, annotator, task, *keys)
    print(f"{action}: {count} of {budget} keys")
    assert count <= budget
    assert newest(task).text == expected


def test_a_spurious_box_goes_with_one_key(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(text="7" + VIN[:16], doubts={0: Doubt("7", 0.2)})
    annotator.open(desk.address())
    annotator.press("Delete")
    assert annotator.text() == VIN[:16]
    annotator.press("End", VIN[16], "Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    assert newest(task).text == VIN
    assert [box["index"] for box in newest(task).characters] == list(range(17))


def test_focus_starts_at_the_least_certain_character_and_tab_goes_to_the_others(
    desk: Desk, annotator: Editor
) -> None:
    desk.add_photo(doubts=UNSURE)
    annotator.open(desk.address())
    visited = [annotator.focused()]
    for _ in range(3):
        annotator.press("Tab")
        visited.append(annotator.focused())
    assert visited[:3] == [
        "position 12, character 8, 40 % certain, check it",
        "position 15, character 3, 70 % certain, check it",
        "position 4, character C, 80 % certain, check it",
    ]
    assert not visited[3].startswith("position")  # and then on to the buttons: the keyboard is not trapped
    annotator.press("Shift+Tab")
    assert annotator.focused().startswith("position 4")


def test_cells_stand_under_their_own_characters(desk: Desk, annotator: Editor) -> None:
    desk.add_photo()
    annotator.open(desk.address())
    boxes = [polygon.bounding_box() for polygon in annotator.page.locator("[data-strip-boxes] polygon").all()]
    for position, box in enumerate(boxes, start=1):
        cell = annotator.cell(position).bounding_box()
        assert box is not None
        assert cell is not None
        assert abs((box["x"] + box["width"] / 2) - (cell["x"] + cell["width"] / 2)) < 4
        assert box["y"] + box["height"] < cell["y"]


def test_an_edited_cell_says_so_and_never_shows_the_models_confidence(desk: Desk, annotator: Editor) -> None:
    desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    expect(annotator.mark(12)).to_have_text("40%")
    annotator.press("0")
    expect(annotator.mark(12)).to_have_text("edited")
    spoken = "position 12, character 0, edited, the model read 8"
    expect(annotator.cell(12)).to_have_attribute("aria-label", spoken)
    expect(annotator.page.locator(".version").first).to_contain_text(VIN[9:11] + "8")


def test_the_models_options_are_up_and_down(desk: Desk, annotator: Editor) -> None:
    desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("ArrowDown")
    assert annotator.cell(12).input_value() == "0"
    annotator.press("ArrowDown")
    assert annotator.cell(12).input_value() == "B"
    annotator.press("ArrowUp")
    assert annotator.text() == VIN
    annotator.page.locator(".option", has_text="B").click()
    assert annotator.cell(12).input_value() == "B"


def test_letters_that_no_vin_holds_are_explained_and_never_taken_in_silence(
    desk: Desk, annotator: Editor
) -> None:
    desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("o")
    assert annotator.cell(12).input_value() == "8"
    expect(annotator.part("notice")).to_contain_text("Press O once more for 0")
    annotator.press("o")
    assert annotator.text() == VIN


def test_a_pasted_vin_fills_the_cells(desk: Desk, annotator: Editor) -> None:
    desk.add_photo(text=VIN[:9], doubts={0: Doubt("7", 0.5)})
    annotator.open(desk.address())
    paste(annotator.page, f" {VIN[:3].lower()} {VIN[3:9]}-{VIN[9:]}\n")
    assert annotator.text() == VIN
    expect(annotator.part("check")).to_have_text("✓ Check digit fits")
    annotator.press("Control+z")
    assert annotator.text() == "7" + VIN[1:9]
    paste(annotator.page, VIN.replace("0", "O", 1))
    expect(annotator.part("notice")).to_contain_text("No VIN holds O")
    assert annotator.focused() == "position 12, empty"


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def test_a_wrong_check_digit_warns_and_blocks_nothing(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    expect(annotator.part("check")).to_contain_text("expected at position 9")
    annotator.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    assert newest(task).text == VIN[:11] + "8" + VIN[12:]


def test_an_incomplete_text_is_kept_and_the_page_says_what_is_missing(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(text=VIN[:15])
    annotator.open(desk.address())
    annotator.press("Enter")
    expect(annotator.part("notice")).to_contain_text("2 of 17 characters missing")
    annotator.press("End")
    annotator.type(VIN[15:])
    annotator.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    assert newest(task).text == VIN


def test_undo_and_redo_go_over_everything(desk: Desk, annotator: Editor) -> None:
    desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    region = annotator.points("[data-region-line]")
    read = annotator.text()
    annotator.press("0", "Home", "Delete")
    drag_corner(annotator, 0, -30, -20)
    assert annotator.points("[data-region-line]") != region
    annotator.cell(3).click()
    annotator.press("Control+z")
    assert annotator.points("[data-region-line]") == region
    annotator.press("Control+z", "Control+z")
    assert annotator.text() == read
    expect(annotator.mark(12)).to_have_text("40%")
    annotator.press("Control+Shift+z", "Control+y")
    assert annotator.text() == VIN[1:]


def drag_corner(editor: Editor, corner: int, dx: float, dy: float, *, release: bool = True) -> None:
    box = editor.page.locator(f'[data-corner="{corner}"]').bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    editor.page.mouse.move(x, y)
    editor.page.mouse.down()
    editor.page.mouse.move(x + dx, y + dy, steps=4)
    if release:
        editor.page.mouse.up()


def test_the_strip_is_rectified_anew_while_a_corner_is_dragged(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo()
    annotator.open(desk.address())
    strip = annotator.part("strip-photo")
    before = strip.evaluate("image => image.style.transform")
    drag_corner(annotator, 2, 25, 30, release=False)
    assert before.startswith("matrix3d(")
    assert strip.evaluate("image => image.style.transform") != before
    annotator.page.mouse.up()
    annotator.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    moved = newest(task).region[2]
    assert moved[0] > 605
    assert moved[1] > 155


def test_a_region_can_be_drawn_where_the_model_found_none(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(text="")
    annotator.open(desk.address())
    annotator.press("+")
    port = annotator.part("port").bounding_box()
    assert port is not None
    annotator.page.mouse.move(port["x"] + port["width"] * 0.3, port["y"] + port["height"] * 0.4)
    annotator.page.mouse.down()
    annotator.page.mouse.move(port["x"] + port["width"] * 0.7, port["y"] + port["height"] * 0.6, steps=4)
    annotator.page.mouse.up()
    annotator.type(VIN)
    annotator.press("=", "Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    annotation = newest(task)
    assert annotation.text == VIN
    assert all(box["quad"] for box in annotation.characters)


def test_when_nothing_waits_the_page_says_what_to_do_next(desk: Desk, annotator: Editor) -> None:
    annotator.page.goto(desk.address())
    expect(annotator.part("rest")).to_contain_text("Nothing waits for annotation")
    expect(annotator.page.get_by_role("link", name="Upload photos")).to_be_visible()
    desk.add_photo()
    annotator.page.get_by_role("button", name="Look again").click()
    annotator.cell(1).wait_for()


def test_the_keyboard_alone_is_enough(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("F1")
    expect(annotator.page.locator("dialog[data-dialog=help]")).to_be_visible()
    annotator.press("Escape")
    expect(annotator.page.locator("dialog[data-dialog=help]")).to_be_hidden()
    assert annotator.focused().startswith("position 12")
    annotator.press("0", "Tab")
    reached = set()
    for _ in range(30):
        reached.add(annotator.focused())
        annotator.press("Tab")
    assert any(text.startswith("Submit") for text in reached)
    assert any(text.startswith("Region, top left corner") for text in reached)
    annotator.page.locator('[data-corner="1"]').focus()
    before = annotator.points("[data-region-line]")
    annotator.press("Shift+ArrowRight")
    assert annotator.points("[data-region-line]")[1][0] > before[1][0]
    annotator.page.get_by_role("button", name=re.compile("^Submit")).focus()
    annotator.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")


def test_how_a_photo_is_looked_at_is_kept_for_the_next_one(desk: Desk, annotator: Editor) -> None:
    desk.add_photo(), desk.add_photo()
    annotator.open(desk.address())
    annotator.press("]", ";", "'")
    name = annotator.name().inner_text()
    zoomed = annotator.part("stage").evaluate("image => image.style.transform")
    annotator.press("Enter")
    expect(annotator.name()).not_to_have_text(name)
    assert annotator.part("stage").evaluate("image => image.style.transform") == zoomed
    assert (
        annotator.part("strip-photo").evaluate("image => image.style.filter") == 'url("#contrast") invert(1)'
    )
    slope = annotator.page.locator("#contrast [data-contrast-channel]").first.get_attribute("slope")
    assert slope != "1.8"  # measured on this photo


def test_looking_at_the_page_claims_nothing(desk: Desk) -> None:
    task = desk.add_photo()
    answer = desk.people.client("annotator").get(f"/p/{desk.people.project.slug}/annotate/?task={task.pk}")
    assert answer.status_code == 200
    task.refresh_from_db()
    assert (task.state, Lease.objects.count()) == ("new", 0)


def test_only_those_whose_role_may_see_the_editor(desk: Desk) -> None:
    pages = {"annotate": {"annotator", "reviewer", "admin"}, "review": {"reviewer", "admin"}}
    for page, allowed in pages.items():
        for role in ("annotator", "reviewer", "ml_engineer", "admin"):
            answer = desk.people.client(role).get(f"/p/{desk.people.project.slug}/{page}/")
            assert answer.status_code == (200 if role in allowed else 403), (page, role)
        outside = desk.people.client("outsider").get(f"/p/{desk.people.project.slug}/{page}/")
        assert outside.status_code == 404
