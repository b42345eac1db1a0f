"""What ranges are measured on, and how far answers in eight bits may differ."""

from pathlib import Path

from inference.bundle import INTEGER_TWINS
from inference.detector import DETECTOR_SIDE, PATCH_HEIGHT, PATCH_WIDTH
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH
from training.quantization import MOST_DIFFERENT, draw_inputs, measure_difference

BASE = Path("bundles/base")


def test_the_detector_is_shown_whole_photos_small_ones_and_second_looks() -> None:
    whole, small, patch = draw_inputs("detector", 3)
    assert max(whole.shape[2:]) == DETECTOR_SIDE
    assert small.shape == (1, 3, 512, 512)
    assert patch.shape == (1, 3, PATCH_HEIGHT, PATCH_WIDTH)


def test_inputs_are_always_the_same() -> None:
    for name in INTEGER_TWINS:
        first, second = (list(draw_inputs(name, 4)) for _ in range(2))
        assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert all(crop.shape == (1, 1, CROP_HEIGHT, CROP_WIDTH) for crop in draw_inputs("characters", 2))


def test_the_twins_that_ship_answer_as_their_networks() -> None:
    for name, twin in INTEGER_TWINS.items():
        network, quantized = ((BASE / f"{each}.onnx").read_bytes() for each in (name, twin))
        difference = measure_difference(network, quantized, draw_inputs(name, 3))
        assert 0 < difference < MOST_DIFFERENT[name]
