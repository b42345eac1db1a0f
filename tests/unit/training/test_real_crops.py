import csv

import cv2
import numpy as np
import pytest

from inference.detector import Detector
from inference.geometry import bounding_box, quad_from_points, turn_quad
from inference.labels import InvalidLabels
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH
from inference.splits import part_of, plate_design
from inference.types import LineEvidence
from inference.vin import ALPHABET, LENGTH
from training.boxed_lines import open_networks, shrink_box
from training.real_crops import VOTED_JITTERS, is_kept_aside, tighten, write_real_crops
from training.shards import shard_dirs
from training.synthesis.vins import random_vin

BOX = (20.0, 40.0, 180.0, 60.0)


def says(text):
    scores = np.full((LENGTH, len(ALPHABET)), -6.0)
    scores[np.arange(LENGTH), [ALPHABET.index(symbol) for symbol in text]] = -0.01
    return LineEvidence(scores=scores, centers=np.linspace(20, 360, LENGTH))


def find_vin(*, held_out=False, aside=False):
    rng = np.random.default_rng(11)
    vins = (random_vin(rng) for _ in range(1000))
    return next(v for v in vins if (part_of(v) == "held_out") == held_out and is_kept_aside(v) == aside)


@pytest.fixture
def image():
    """The upper half is bright, so that a crop tells which way up it was cut."""
    picture = np.full((100, 200, 3), 30, np.uint8)
    picture[:50] = 220
    return picture


@pytest.fixture
def detector(tiny_bundle) -> Detector:
    return open_networks(tiny_bundle)[0]


class TestTighten:
    def test_the_line_is_turned_the_way_in_which_it_reads_as_the_vin(self, image, detector):
        vin = find_vin()

        def reader(crops):
            tops = [crop.pixels[: CROP_HEIGHT // 3].mean() for crop in crops]
            return [says(vin if top < 100 else "0" * LENGTH) for top in tops]

        quad = tighten(image, quad_from_points(shrink_box(BOX)), vin, detector=detector, reader=reader)

        assert quad[0][0] > quad[1][0]
        assert bounding_box(turn_quad(quad)) == bounding_box(quad)

    def test_a_box_without_the_vin_is_left_out(self, image, detector):
        def reader(crops):
            return [says("0" * LENGTH)] * len(crops)

        found = tighten(
            image, quad_from_points(shrink_box(BOX)), find_vin(), detector=detector, reader=reader
        )

        assert found is None


def test_one_design_in_ten_is_kept_aside_as_a_whole():
    rng = np.random.default_rng(1)
    vins = [random_vin(rng) for _ in range(2000)]

    assert 0.08 < np.mean([is_kept_aside(vin) for vin in vins]) < 0.12
    assert all(is_kept_aside(vin) == is_kept_aside(plate_design(vin) + "X" * 9) for vin in vins)


class TestShards:
    @pytest.fixture
    def labels(self, tmp_path, image):
        """Three photos: one that may teach, one of a design kept aside, one that only measures."""
        vins = [find_vin(), find_vin(aside=True), find_vin(held_out=True)]
        with (tmp_path / "photos.csv").open("w", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(("file", "vin", "box"))
            for number, vin in enumerate(vins):
                cv2.imwrite(str(tmp_path / f"{number}.png"), image)
                writer.writerow((f"{number}.png", vin, "20,40,180,40,180,60,20,60"))
        return tmp_path / "photos.csv"

    def test_votes_teach_but_for_designs_that_are_held_out_or_kept_aside(self, labels, tiny_bundle, tmp_path):
        folder = tmp_path / "real"

        for _ in range(2):  # a second run replaces the shards of the first
            counts = write_real_crops(labels, votes=labels, bundle=tiny_bundle, folder=folder)
        (shard,) = shard_dirs(folder)
        pixels, symbols = np.load(shard / "pixels.npy"), np.load(shard / "symbols.npy")

        assert counts.voted == 1
        assert pixels.shape == (VOTED_JITTERS, CROP_HEIGHT, CROP_WIDTH)
        assert {"".join(ALPHABET[symbol] for symbol in row) for row in symbols} == {find_vin()}
        assert len(np.unique(pixels.reshape(VOTED_JITTERS, -1), axis=0)) == VOTED_JITTERS

    def test_no_csv_is_an_error(self, tiny_bundle, tmp_path):
        with pytest.raises(InvalidLabels):
            write_real_crops(tmp_path / "none.csv", votes=None, bundle=tiny_bundle, folder=tmp_path / "real")
