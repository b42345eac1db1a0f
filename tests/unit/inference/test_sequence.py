"""From frames to characters with columns and rivals."""

import numpy as np

from inference.ctc import log_softmax
from inference.recognizers.sequence import (
    CLASSES,
    character_columns,
    decode_evidence,
    list_alternatives,
    prepare_crop,
    weigh_frames,
)
from inference.vin import ALPHABET

VIN = "1M8GDM9AXKP042788"
WIDTH = 384


def frames_of(text: str, stride: int = 5, sureness: float = 12.0) -> np.ndarray:
    """Each symbol sounds for one frame in the middle of its cell."""
    logits = np.zeros((96, CLASSES))
    logits[:, 0] = sureness
    for index, symbol in enumerate(text):
        frame = 6 + index * stride
        logits[frame, 0], logits[frame, ALPHABET.index(symbol) + 1] = 0.0, sureness
    return log_softmax(logits)


def test_seventeen_symbols_with_their_columns() -> None:
    sequence = decode_evidence(weigh_frames(frames_of(VIN)[None], WIDTH)[0], WIDTH)
    assert sequence.text == VIN
    assert 0.5 < sequence.confidence < 1.0
    first, second = sequence.characters[:2]
    assert first.left < 6.5 * 4 < first.right == second.left < 11.5 * 4 < second.right


def test_rivals_are_listed_with_their_chances() -> None:
    log_probs = frames_of(VIN)
    frame = 6 + 2 * 5
    eight, bee = ALPHABET.index("8") + 1, ALPHABET.index("B") + 1
    log_probs[frame, [eight, bee]] = np.log([0.6, 0.39])
    third = decode_evidence(weigh_frames(log_probs[None], WIDTH)[0], WIDTH).characters[2]
    assert third.symbol == "8"
    assert third.alternatives[0].symbol == "B"
    assert abs(third.alternatives[0].confidence - 0.39) < 0.02


def test_a_short_text_is_no_sure_vin() -> None:
    evidence = weigh_frames(frames_of(VIN[:12])[None], WIDTH)[0]
    assert np.exp(evidence.log_probability) < 0.01


def test_a_longer_line_has_windows() -> None:
    """The first of them starts before the first symbol, the last ends behind the last one."""
    (evidence,) = weigh_frames(frames_of("VN" + VIN, stride=4)[None], WIDTH)
    assert len(evidence.windows) == 3
    left, right = evidence.windows[2]
    assert abs(left - (6 + 2 * 4 - 1.5) * 4) < 2
    assert abs(right - (6 + 18 * 4 + 2.5) * 4) < 2
    assert weigh_frames(frames_of(VIN)[None], WIDTH)[0].windows == ()


def test_a_chosen_symbol_is_not_its_own_alternative() -> None:
    row = np.zeros(33)
    row[[1, 7]] = 0.6, 0.3
    assert [a.symbol for a in list_alternatives(row)] == ["7"]
    assert [a.symbol for a in list_alternatives(row, chosen="7")] == ["1"]


def test_columns_stay_in_the_crop() -> None:
    columns = character_columns(np.linspace(2, 382, 17), WIDTH)
    assert columns[0][0] == 0
    assert columns[-1][1] == WIDTH
    assert all(left < right for left, right in columns)


def test_crops_are_normalized_one_by_one() -> None:
    pixels = np.random.default_rng(0).integers(40, 90, (48, WIDTH, 3), dtype=np.uint8)
    prepared = prepare_crop(pixels)
    assert prepared.shape == (1, 48, WIDTH)
    assert prepared.dtype == np.float32
    assert abs(prepared.mean()) < 1e-4
    assert abs(prepared.std() - 1) < 1e-3
    brighter = prepare_crop((pixels * 2).astype(np.uint8))
    assert np.abs(brighter - prepared).max() < 0.1


def test_a_crop_without_contrast_is_no_division_by_zero() -> None:
    assert np.isfinite(prepare_crop(np.full((48, WIDTH, 3), 128, np.uint8))).all()
