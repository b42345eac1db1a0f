"""The whole loop in a browser: read, correct, review, freeze, fine-tune, promote, read again."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from inference.snapshot import Split, split_for_vehicle
from inference.vin import check_digit
from labeling.models import Annotation, ModelVersion, Photo, Prediction
from tests.conftest import LiveServer, People
from tests.functional.desk import Editor, sign_in
from tests.photos import render_photo

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]

READ_MS = 60_000
TRAIN_MS = 240_000
HIDDEN = (5, 13, 15)
"""Positions that blots cover in the photo, more than a check digit can tell: a person has the papers."""


def vins_of(split: Split, count: int) -> list[str]:
    """VINs with a right check digit that a snapshot with seed 1 puts into this split."""
    bodies = (f"1HGCM826X3A{number:06d}" for number in itertools.count(4352, 7919))
    vins = (body[:8] + check_digit(body) + body[9:] for body in bodies)
    return list(itertools.islice((vin for vin in vins if split_for_vehicle(vin, seed=1) == split), count))


def blot(content: bytes, positions: tuple[int, ...]) -> bytes:
    """The photo with ink over some characters."""
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    height, width = pixels.shape[:2]
    for position in positions:
        center = (round(width * (0.11 + 0.78 * (position - 0.5) / 17)), height // 2)
        size = (round(width * 0.028), round(height * 0.1))
        cv2.ellipse(pixels, center, size, 0, 0, 360, (25, 25, 25), -1)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def write_photos(folder: Path) -> dict[str, str]:
    """Files to upload: name -> the VIN that it shows. The first has blots over some characters."""
    shown = {
        f"door-{index}.jpg": vin for index, vin in enumerate([*vins_of("train", 2), *vins_of("test", 1)])
    }
    for seed, (name, vin) in enumerate(shown.items()):
        content = render_photo(seed, vin=vin, width=960, height=360)
        (folder / name).write_bytes(blot(content, HIDDEN) if seed == 0 else content)
    return shown


def upload(page: Page, url: str, files: list[Path]) -> None:
    """Upload on the page of photos, and watch them being read."""
    page.goto(url)
    page.set_input_files("#files", [str(file) for file in files])
    counted = f"Done: {len(files)} photo{'' if len(files) == 1 else 's'} stored"
    expect(page.locator("#upload-summary")).to_have_text(counted, timeout=READ_MS)
    for file in files:
        card = page.locator(".photo-card", has_text=file.name)
        expect(card.locator(".badge").first).to_have_text("To annotate", timeout=READ_MS)


def correct(editor: Editor, vin: str) -> int:
    """Type over every cell that is wrong; returns how many were."""
    wrong = [index for index, symbol in enumerate(editor.text().ljust(17)) if symbol != vin[index]]
    if not editor.text().strip():
        editor.cell(1).focus()
        editor.type(vin)
        return 17
    for index in wrong:
        editor.cell(index + 1).focus()
        editor.press(vin[index])
    assert editor.text() == vin
    return len(wrong)


def annotate_all(editor: Editor, url: str, shown: dict[str, str]) -> dict[str, int]:
    """Every waiting photo, corrected and submitted; returns the corrections by file name."""
    editor.open(url)
    corrections: dict[str, int] = {}
    while len(corrections) < len(shown):
        name = editor.name().inner_text()
        corrections[name] = correct(editor, shown[name])
        send(editor, is_last=len(corrections) == len(shown))
    return corrections


def send(editor: Editor, *, is_last: bool) -> None:
    """Press Enter and wait for the next photo, or for the word that nothing waits."""
    name = editor.name().inner_text()
    editor.press("Enter")
    if is_last:
        expect(editor.page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    else:
        expect(editor.name()).not_to_have_text(name)


def review_all(editor: Editor, url: str, count: int) -> None:
    editor.open(url)
    for left in reversed(range(count)):
        send(editor, is_last=left == 0)


def freeze_and_train(page: Page, project: str) -> None:
    page.goto(f"{project}/datasets/")
    page.fill("input[name=name]", "first")
    page.get_by_role("button", name="Freeze a snapshot").click()
    page.get_by_role("link", name="Fine-tune on it").click()
    page.get_by_label("Character recognizer (YOLO)").first.uncheck()
    page.get_by_text("Settings of the training").click()
    for field, value in {"steps": "6", "batch_size": "4"}.items():
        page.fill(f"input[name={field}]", value)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("heading", name="What came of it")).to_be_visible(timeout=TRAIN_MS)


def promote(page: Page, project: str) -> None:
    """One test photo cannot tell which version is better: the gate says so, and a person gives a reason."""
    page.goto(f"{project}/models/")
    page.get_by_role("link", name="v2", exact=True).click()
    page.get_by_text("Promote it all the same").click()
    page.fill("textarea[name=override_reason]", "A first turn of the loop; the split is too small to tell.")
    page.get_by_role("button", name="Promote v2 against the gate").click()
    expect(page.get_by_text("Promoted v2 in place of v1")).to_be_visible()


def test_a_photo_is_read_corrected_learned_from_and_the_next_is_read_by_the_new_version(
    live_server: LiveServer,
    people: People,
    champion: ModelVersion,
    running_worker: object,
    browser: Browser,
    tmp_path: Path,
) -> None:
    project = f"{live_server.url}/p/{people.project.slug}"
    shown = write_photos(tmp_path)

    desk = Editor(sign_in(browser, people.annotator, live_server.url))
    upload(desk.page, f"{project}/photos/", [tmp_path / name for name in shown])
    assert {prediction.model_version.name for prediction in Prediction.objects.all()} == {"v1"}

    corrections = annotate_all(desk, f"{project}/annotate/", shown)
    assert corrections["door-0.jpg"] >= 1
    review_all(Editor(sign_in(browser, people.reviewer, live_server.url)), f"{project}/review/", len(shown))
    assert {annotation.text for annotation in Annotation.objects.all()} == set(shown.values())
    assert {photo.task.state for photo in Photo.objects.all()} == {"accepted"}

    engineer = sign_in(browser, people.ml_engineer, live_server.url)
    freeze_and_train(engineer, project)
    promote(engineer, project)

    later = tmp_path / "later.jpg"
    later.write_bytes(render_photo(99, vin=vins_of("train", 3)[2], width=960, height=360))
    upload(desk.page, f"{project}/photos/", [later])
    desk.page.locator(".photo-card", has_text="later.jpg").click()
    expect(desk.page.get_by_text("prediction by v2")).to_be_visible(timeout=READ_MS)
    assert Prediction.objects.get(photo__name="later.jpg").model_version.name == "v2"
