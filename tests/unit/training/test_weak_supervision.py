"""What real photos teach in which only the line of the VIN is boxed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.bundle import DEFAULT_BUNDLE
from inference.detector import Detector
from inference.geometry import Box, bounding_box, quad_from_box, quad_from_points, quad_iou, turn_quad
from inference.linking import TextLine
from inference.sessions import Network
from inference.vin import LENGTH
from tests.unit.inference.drawing import line_quads, outline
from training.boxed_photos import list_boxed_photos, match_boxes
from training.real_windows import SURROUNDINGS_WEIGHT, draw_real_window, real_maps, stream_mixed_windows
from training.shards import WINDOW, write_shard
from training.synthesis.photos import Difficulty
from training.synthesis.scenes import render_scene
from training.targets import OTHER_AFFINITY
from training.weak_supervision import (
    LEAST_CONFIDENCE,
    WeakLabel,
    label_again,
    label_photo,
    load_weak_labels,
    save_weak_labels,
    split_line,
)

BOX: Box = (40.0, 100.0, 216.0, 124.0)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(Network((DEFAULT_BUNDLE / "detector.onnx").read_bytes()))


def label_of(characters: np.ndarray | None, confidence: float, *, link: int = 255) -> WeakLabel:
    """A photo of 256 pixels, searched at twice its size, with another line of text above the box."""
    surroundings = np.zeros((2, 128, 128), np.uint8)
    surroundings[0, 20:26, 20:108] = 200
    surroundings[1, 20:26, 20:108] = link
    return WeakLabel(BOX, characters, confidence, surroundings, 0.5)


def row_of_characters() -> np.ndarray:
    return np.array(line_quads((128, 112), 0, 16, 10))


TWICE = np.diag([1.5, 1.5, 1.0])


@pytest.mark.parametrize("seed", [3, 4])
def test_a_boxed_line_is_split_into_its_characters(seed: int, detector: Detector) -> None:
    scene = render_scene(
        np.random.default_rng(seed), look="stretched", kind="windshield", difficulty=Difficulty(0.0)
    )
    left, top, right, bottom = bounding_box(quad_from_points(scene.quad))
    label = label_photo(detector, scene.image, (left - 4, top - 3, right + 4, bottom + 3))
    assert label.characters is not None
    assert label.characters.shape == (LENGTH, 4, 2)
    assert label.confidence > 0.8
    found, expected = (
        outline([quad_from_points(quad) for quad in label.characters]),
        quad_from_points(scene.quad),
    )
    assert max(quad_iou(found, expected), quad_iou(turn_quad(found), expected)) > 0.6
    assert label_again(detector, scene.image, label) is label


def test_seventeen_peaks_say_where_the_characters_are() -> None:
    quads = line_quads((60, 40), 10, 8, 6)
    centers = np.mean(quads, axis=1)
    characters, confidence = split_line(TextLine(outline(quads), centers, 0.9))
    assert confidence == 1
    for quad, center in zip(characters, centers, strict=True):
        assert np.allclose(quad.mean(0), center, atol=0.5)


@pytest.mark.parametrize(("count", "expected"), [(15, 15 / 17), (18, 16 / 17), (3, LEAST_CONFIDENCE)])
def test_other_numbers_divide_the_line_evenly(count: int, expected: float) -> None:
    quads = line_quads((60, 40), 0, 8, 6)
    characters, confidence = split_line(
        TextLine(outline(quads), np.mean(quads, axis=1)[:1].repeat(count, 0), 0.9)
    )
    assert confidence == pytest.approx(expected)
    widths = characters[:, 1, 0] - characters[:, 0, 0]
    assert np.allclose(widths, widths[0])
    assert characters[0, 0, 0] == pytest.approx(outline(quads)[0][0])


def test_where_nothing_is_found_only_a_flat_box_is_divided(detector: Detector) -> None:
    plain = np.full((256, 256, 3), 90, np.uint8)
    flat = label_photo(detector, plain, (20, 100, 230, 118))
    assert flat.characters is not None
    assert flat.confidence == LEAST_CONFIDENCE
    assert label_photo(detector, plain, (60, 60, 200, 180)).characters is None


def test_the_boxed_line_is_a_vin_and_no_other_is() -> None:
    maps = real_maps(label_of(row_of_characters(), 0.9), TWICE)
    inside, above = np.s_[42, 30:70], np.s_[17, 20:60]
    assert maps[0][inside].max() > 0.9
    assert maps[1][inside].max() > 0.8
    assert np.allclose(maps[2:, 42, 48], 0.9)
    assert maps[0][above].max() == pytest.approx(200 / 255, abs=0.01)
    assert maps[1][above].max() == pytest.approx(OTHER_AFFINITY)
    assert np.allclose(maps[2][above], SURROUNDINGS_WEIGHT)
    assert np.allclose(maps[3][above], 1)


def test_a_box_without_a_line_says_nothing() -> None:
    maps = real_maps(label_of(None, 0.0), TWICE)
    assert np.all(maps[2:, 39:45, 20:78] == 0)
    assert np.all(maps[3, :30] == 1)


def test_windows_and_their_maps_move_together() -> None:
    image = np.full((256, 256, 3), 30, np.uint8)
    for quad in row_of_characters():
        left, top, right, bottom = (int(value) for value in bounding_box(quad_from_points(quad)))
        image[top:bottom, left:right] = 240
    rng = np.random.default_rng(0)
    for _ in range(5):
        window = draw_real_window(rng, image, label_of(row_of_characters(), 1.0, link=0))
        assert window["pixels"].shape == (WINDOW, WINDOW, 3)
        assert window["maps"].shape == (4, WINDOW // 4, WINDOW // 4)
        bright = window["pixels"][2::4, 2::4, 0] > 150
        core = (window["maps"][0] > 200) & (window["maps"][2] == 255)
        assert bright[core].mean() > 0.95


def test_real_and_synthetic_windows_share_a_batch(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "photo.png"), np.full((256, 256, 3), 90, np.uint8))
    write_shard("scenes", tmp_path / "scenes" / "shard-00000", seed=(1, 0), size=2)
    photos = [(tmp_path / "photo.png", label_of(None, 0.0))]
    batch = next(stream_mixed_windows(photos, tmp_path / "scenes", batch_size=3, real_share=1 / 3, seed=1))
    assert batch.inputs.shape == (3, 3, WINDOW, WINDOW)
    assert batch.maps.shape == (3, 2, WINDOW // 4, WINDOW // 4)
    assert batch.weights is not None
    synthetic, real = batch.weights[:2], batch.weights[2]
    assert bool((synthetic == 1).all())
    assert float(real[1].min()) == 0
    assert float(real[1].max()) == 1


def test_labels_are_kept(tmp_path: Path) -> None:
    labels = [label_of(row_of_characters(), 1.0), label_of(None, 0.0)]
    save_weak_labels(tmp_path / "labels.npz", labels)
    first, second = load_weak_labels(tmp_path / "labels.npz")
    assert first.box == BOX
    assert first.characters is not None
    assert np.allclose(first.characters, row_of_characters())
    assert np.array_equal(first.surroundings, labels[0].surroundings)
    assert second.characters is None
    assert (second.confidence, second.scale) == (0.0, 0.5)


def test_boxed_photos_are_listed_by_part(tmp_path: Path) -> None:
    rows = [f'{name}.jpg,,"1,2,30,8"' for name in range(40)]
    rows += ['quad.jpg,1M8GDM9AXKP042788,"1,2,30,3,30,9,1,8"', "bare.jpg,,"]
    csv_path = tmp_path / "photos.csv"
    csv_path.write_text("\n".join(["file,vin,box", *rows]))
    train, held_out = list_boxed_photos(csv_path, part="train"), list_boxed_photos(csv_path, part="held_out")
    assert len(train) + len(held_out) == 41
    assert len(train) > len(held_out) > 0
    (read,) = [photo for photo in (*train, *held_out) if photo.vin]
    assert read.box == (1, 2, 30, 9)


def test_boxes_are_compared() -> None:
    drawn = (0.0, 0.0, 100.0, 20.0)
    tight = match_boxes((2.0, 5.0, 98.0, 15.0), drawn)
    assert tight.fills
    assert not tight.is_located
    assert tight.inside == 1
    assert tight.covered == pytest.approx(0.48)
    beside = match_boxes((200.0, 5.0, 298.0, 15.0), drawn)
    assert (beside.iou, beside.span, beside.fills) == (0, 0, False)
    assert match_boxes(drawn, drawn).is_located
    assert quad_iou(quad_from_box(drawn), quad_from_box((2.0, 5.0, 98.0, 15.0))) == pytest.approx(tight.iou)
