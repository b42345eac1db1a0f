import numpy as np

from training.targets import OTHER_AFFINITY, score_maps


def squares(
    count: int, *, left: float = 40, top: float = 60, side: float = 24, step: float = 30
) -> np.ndarray:
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]])
    return np.array([corners + np.array([left + i * step, top]) for i in range(count)])


def test_region_peaks_at_the_center_of_each_character_and_vanishes_outside() -> None:
    maps = score_maps(squares(5), [], width=256, height=128)
    assert maps.shape == (2, 32, 64)
    for quad in squares(5):
        x, y = (quad.mean(0) / 4).astype(int)
        assert maps[0, y, x] > 0.85
    assert maps[0, :12].max() < 0.01
    assert maps[0, :, 52:].max() < 0.01


def test_affinity_tells_a_vin_from_other_lines() -> None:
    vin, other = squares(4), squares(4, top=10)
    maps = score_maps(vin, [other], width=256, height=128)
    assert maps[1, 16:].max() > 0.85
    assert abs(maps[1, :10].max() - OTHER_AFFINITY) < 0.05
    assert maps[0, :10].max() > 0.85


def test_distant_characters_are_linked_in_a_vin_only() -> None:
    apart = squares(2, step=120)
    assert score_maps(apart, [], width=256, height=128)[1].max() > 0.85
    assert score_maps(np.zeros((0, 4, 2)), [apart], width=256, height=128)[1].max() == 0


def test_characters_beyond_the_frame_are_cut_off() -> None:
    maps = score_maps(squares(17, left=-100), [], width=128, height=128)
    assert maps.max() <= 1
    assert maps[0].max() > 0.85


def test_the_rows_of_a_vin_are_not_linked_with_each_other() -> None:
    rows = np.concatenate([squares(4), squares(4, top=110)])
    together = score_maps(rows, [], width=256, height=192)
    apart = [score_maps(row, [], width=256, height=192) for row in (rows[:4], rows[4:])]
    np.testing.assert_array_equal(together, np.maximum(*apart))
