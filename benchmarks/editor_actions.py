"""The seven actions of the keystroke table, as they are done on the real page."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, expect

from labeling.models import Task
from tests.functional.desk import VIN, WRONG, Desk, Doubt, Editor, newest, sign_in

SHORT = VIN[:8] + VIN[9:]
LONG = VIN[:8] + "7" + VIN[8:]


@dataclass(frozen=True)
class Action:
    """What is on the screen, what is pressed, and what must have come of it."""

    keys: tuple[str, ...]
    expected: str
    text: str = VIN
    doubts: dict[int, Doubt] = field(default_factory=dict)


ANNOTATE = (
    Action(("Enter",), VIN),
    Action(("0", "Enter"), VIN, doubts=WRONG),
    Action(("Insert", "3", "Enter"), VIN, text=SHORT, doubts={8: Doubt("3", 0.3)}),
    Action(("Delete", "Enter"), VIN, text=LONG, doubts={8: Doubt("7", 0.3)}),
    Action(("?", "Enter"), VIN[:11] + "?" + VIN[12:], doubts=WRONG),
    Action(("/", "1"), "", doubts=WRONG),
)
REVIEW = (
    Action(("Enter",), "accepted"),
    Action(("0", "Enter"), "fixed_and_accepted"),
    Action(("-", "1"), "rejected"),
)
MISREAD = VIN[:11] + "8" + VIN[12:]


class WrongOutcome(RuntimeError):
    """The keys did something else than the action that they were counted for."""


def spend(desk: Desk, browser: Browser, action: Action) -> int:
    """Keys until the next photo was on the screen. Raises WrongOutcome."""
    count, outcome = (_review if action in REVIEW else _annotate)(desk, browser, action)
    if outcome != action.expected:
        raise WrongOutcome(f"{' '.join(action.keys)}: {outcome!r} instead of {action.expected!r}")
    return count


def _annotate(desk: Desk, browser: Browser, action: Action) -> tuple[int, str]:
    task = desk.add_photo(text=action.text, doubts=action.doubts)
    desk.add_photo()
    count = _press(desk, browser, "annotate", task, action.keys)
    return count, newest(task).text


def _review(desk: Desk, browser: Browser, action: Action) -> tuple[int, str]:
    """The annotator left the wrong 8 at position 12, where a reviewer's focus is."""
    annotation, _ = (desk.submit(desk.add_photo(doubts=WRONG), text=MISREAD) for _ in range(2))
    count = _press(desk, browser, "review", annotation.task, action.keys)
    return count, annotation.reviews.get().verdict


def _press(desk: Desk, browser: Browser, kind: str, task: Task, keys: tuple[str, ...]) -> int:
    person = desk.people.reviewer if kind == "review" else desk.people.annotator
    editor = Editor(sign_in(browser, person, desk.url)).open(f"{desk.address(kind)}?task={task.pk}")
    expect(editor.name()).to_have_text(task.photo.name)
    editor.press(*keys)
    expect(editor.name()).not_to_have_text(task.photo.name)
    expect(editor.part("phase=working")).to_be_visible()
    editor.close()
    return editor.presses
