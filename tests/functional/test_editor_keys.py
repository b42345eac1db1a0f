"""A person's own keys, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.functional.desk import VIN, WRONG, Desk, Editor, Opener

pytestmark = pytest.mark.functional


def ask(editor: Editor, name: str, key: str) -> None:
    editor.page.locator(f"[data-ask-key={name}]").click()
    editor.page.keyboard.press(key)


def key_of(editor: Editor, name: str) -> str:
    return editor.page.locator(f"[data-ask-key={name}]").inner_text()


def test_a_key_is_changed_kept_and_shown_wherever_it_is_named(
    desk: Desk, annotator: Editor, open_editor: Opener
) -> None:
    desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("F1")
    ask(annotator, "illegible", "~")
    expect(annotator.page.locator("[data-ask-key=illegible] kbd")).to_have_text("~")
    annotator.press("Escape")
    expect(annotator.page.locator("[data-dialog=help]")).to_be_hidden()
    expect(annotator.page.locator("[data-command=illegible] kbd")).to_have_text("~")
    annotator.press("~")
    assert annotator.cell(12).input_value() == "?"
    elsewhere = open_editor(desk.people.annotator).open(desk.address())
    expect(elsewhere.page.locator("[data-command=illegible] kbd")).to_have_text("~")
    other = open_editor(desk.people.reviewer)
    desk.add_photo()
    other.open(desk.address())
    expect(other.page.locator("[data-command=illegible] kbd")).to_have_text("?")


def test_a_clash_is_refused_and_a_key_of_the_vin_too(desk: Desk, annotator: Editor) -> None:
    desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("F1")
    ask(annotator, "help", "/")
    problem = annotator.part("key-problem")
    expect(problem).to_have_text(
        "/ is taken: “Photo cannot be read, with a reason”. Choose another key, or change that one first."
    )
    annotator.page.keyboard.press("B")
    expect(problem).to_contain_text("digits and letters are for the VIN")
    annotator.page.keyboard.press("Escape")
    expect(annotator.page.locator("[data-dialog=help]")).to_be_visible()
    assert key_of(annotator, "help") == "F1"
    desk.people.annotator.refresh_from_db()
    assert desk.people.annotator.editor_keys == {}


def test_all_keys_go_back_to_what_they_were(desk: Desk, annotator: Editor) -> None:
    desk.people.annotator.editor_keys = {"submit": "F8", "help": "F9"}
    desk.people.annotator.save()
    task = desk.add_photo()
    annotator.open(desk.address())
    annotator.press("Enter")
    expect(annotator.name()).to_have_text(task.photo.name)
    annotator.press("F9")
    annotator.page.get_by_role("button", name="All keys as they were").click()
    expect(annotator.page.locator("[data-ask-key=submit] kbd")).to_have_text("Enter")
    annotator.press("Escape", "Enter")
    expect(annotator.part("rest")).to_be_visible()


def test_the_server_cannot_be_reached(desk: Desk, annotator: Editor) -> None:
    desk.add_photo()
    annotator.open(desk.address())
    annotator.press("F1")
    annotator.page.context.set_offline(True)
    ask(annotator, "help", "F8")
    expect(annotator.part("key-problem")).to_contain_text("Not kept: the server cannot be reached")
    assert key_of(annotator, "help") == "F1"
    annotator.page.context.set_offline(False)
    ask(annotator, "help", "F8")
    expect(annotator.page.locator("[data-ask-key=help] kbd")).to_have_text("F8")


def test_drawing_ends_with_the_key_that_began_it(desk: Desk, annotator: Editor) -> None:
    desk.people.annotator.editor_keys = {"draw": "F7"}
    desk.people.annotator.save()
    desk.add_photo()
    annotator.open(desk.address())
    draw = annotator.page.locator("[data-command=draw]")
    annotator.press("F7")
    expect(draw).to_have_attribute("aria-pressed", "true")
    annotator.press("F7")
    expect(draw).to_have_attribute("aria-pressed", "false")
    assert annotator.text() == VIN
