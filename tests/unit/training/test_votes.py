import cv2
import numpy as np
import pytest

from inference.geometry import turn_quad
from inference.types import LineEvidence
from inference.vin import ALPHABET, LENGTH
from training.held_out import Guard
from training.published_reader import class_columns, fold_classes
from training.votes import VIEWS, elect, read_line

EUROPEAN, MISREAD, WORSE = "WVWZZZ1JZ3W386752", "WVWZZZ1JZ3W386762", "WVWZZZ1JZ8W386762"
AMERICAN, NO_CHECK = "1HGCM82633A004352", "1HGCM82633A004852"


def test_what_each_reader_reads_in_seven_views_is_accepted():
    assert elect([[EUROPEAN] * 7 + [MISREAD] * 2, [WORSE] * 2 + [EUROPEAN] * 7]) == EUROPEAN


@pytest.mark.parametrize("doubtful", [[EUROPEAN] * 6 + [MISREAD] * 3, [MISREAD] * 9])
def test_doubt_of_one_reader_is_no_agreement(doubtful):
    assert elect([[EUROPEAN] * 9, doubtful]) is None
    assert elect([doubtful, [EUROPEAN] * 9]) is None


def test_a_check_digit_that_must_be_right_and_is_not_refuses_what_all_read():
    assert elect([[NO_CHECK] * 9, [NO_CHECK] * 9]) is None


def test_a_right_check_digit_needs_fewer_votes_and_no_majority():
    assert elect([[AMERICAN] * 2 + [NO_CHECK] * 7, [AMERICAN] + [NO_CHECK] * 8]) == AMERICAN
    assert elect([[AMERICAN] * 9, [NO_CHECK] * 9]) is None


def says(text):
    """A reader's evidence for one line."""
    scores = np.full((LENGTH, len(ALPHABET)), -6.0)
    scores[np.arange(LENGTH), [ALPHABET.index(symbol) for symbol in text]] = -0.01
    return LineEvidence(scores=scores, centers=np.linspace(20, 360, LENGTH))


def test_the_line_is_the_quad_that_reads_best_and_all_readers_read_it_in_all_views():
    bright = ((10.0, 10.0), (200.0, 10.0), (200.0, 30.0), (10.0, 30.0))
    dark = ((10.0, 60.0), (200.0, 60.0), (200.0, 80.0), (10.0, 80.0))
    image = np.zeros((100, 220, 3), np.uint8)
    image[:45] = 200

    def reader(crops):
        return [says(EUROPEAN if crop.pixels.mean() > 100 else "0" * LENGTH) for crop in crops]

    quad, ballots = read_line(image, [dark, bright], [reader, reader])

    assert quad in (bright, turn_quad(bright))
    assert ballots == [[EUROPEAN] * len(VIEWS)] * 2
    assert read_line(image, [], [reader, reader]) is None


def test_readers_that_are_far_apart_are_not_asked_again():
    asked = []

    def stubborn(crops):
        asked.append(len(crops))
        return [says("1" * LENGTH) for _ in crops]

    quad = ((10.0, 10.0), (200.0, 10.0), (200.0, 30.0), (10.0, 30.0))
    image = np.zeros((100, 220, 3), np.uint8)

    assert read_line(image, [quad], [lambda crops: [says(EUROPEAN) for _ in crops], stubborn]) is None
    assert asked == [2]


class TestGuard:
    @pytest.fixture
    def photo(self):
        blocks = np.random.default_rng(3).integers(0, 256, (9, 12, 3)).astype(np.uint8)
        return cv2.resize(blocks, (240, 180), interpolation=cv2.INTER_CUBIC)

    def test_designs_that_may_be_misread_are_shielded(self, photo):
        guard = Guard.against([(EUROPEAN, photo)])

        assert guard.shields_vin("WVWZZZ8J" + EUROPEAN[8:])
        assert guard.shields_vin("WVWZZZ3K" + EUROPEAN[8:])
        assert not guard.shields_vin("WVGZZZ3K" + EUROPEAN[8:])

    def test_the_same_picture_is_known_again_turned_brighter_and_smaller(self, photo):
        guard = Guard.against([(EUROPEAN, photo)])
        other = np.random.default_rng(4).integers(0, 256, photo.shape).astype(np.uint8)

        assert guard.shields_photo(cv2.resize(np.rot90(photo)[:, ::-1] // 2 + 90, (90, 120)))
        assert not guard.shields_photo(other)

    def test_without_photos_nothing_is_shielded(self, photo):
        guard = Guard.against([])

        assert not guard.shields_photo(photo)
        assert not guard.shields_vin(EUROPEAN)


def test_published_classes_that_no_vin_has_count_as_what_they_look_like():
    listed = [*ALPHABET, "O", "Q", "I", "o"]
    columns = class_columns(listed)
    frames = np.full((1, 1, len(listed) + 1), 0.01, np.float32)
    frames[0, 0, 1 + listed.index("O")] = 0.3
    frames[0, 0, 1 + listed.index("o")] = 0.4

    log_probs = fold_classes(frames, columns)

    assert log_probs.shape == (1, 1, 34)
    assert ALPHABET[int(log_probs[0, 0].argmax()) - 1] == "0"
    assert np.exp(log_probs).sum() == pytest.approx(1.0)
