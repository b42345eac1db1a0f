import cv2
import numpy as np
import pytest

from training.synthesis.scenes import Scene
from training.synthesis.unreadable import (
    CAUSES,
    LEAST_READABLE,
    MOST_UNREADABLE,
    character_size,
    render_judged,
    spoil,
)


def draw_scene() -> Scene:
    """17 dark bars, 30 pixels high and 16 apart, on a gray plate."""
    image = np.full((240, 400, 3), 150, np.uint8)
    lefts = 60 + 16 * np.arange(17)
    for left in lefts:
        image[100:130, left + 3 : left + 8] = 20
    boxes = np.stack([lefts, np.full(17, 100), lefts + 12, np.full(17, 130)], axis=1).astype(np.float64)
    quads = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    quad = np.array([quads[0][0], quads[-1][1], quads[-1][2], quads[0][3]])
    return Scene(image, "1" * 17, "paper", quad, quads, ())


def bars(image: np.ndarray) -> np.ndarray:
    """The gray levels along the middle of the line."""
    return image[110:120, 60:332].mean(axis=(0, 2))


def test_a_photo_repeats_with_its_seed() -> None:
    for cause in (*CAUSES, None):
        first, again = (render_judged(np.random.default_rng(3), cause) for _ in range(2))
        np.testing.assert_array_equal(first.image, again.image)
        assert (first.cause, first.vin) == (again.cause, again.vin) == (cause, first.vin)
        assert first.image.dtype == np.uint8
        assert len(first.vin) == (0 if cause == "no_vin" else 17)


def test_the_size_of_squeezed_characters_is_told_by_their_width() -> None:
    assert character_size(draw_scene()) == pytest.approx(1.5 * 268 / 17)


@pytest.mark.parametrize("seed", range(4))
def test_small_characters_have_too_few_pixels(seed: int) -> None:
    scene = draw_scene()
    for beyond, low, high in ((True, 1.9, MOST_UNREADABLE), (False, LEAST_READABLE, 1.5 * LEAST_READABLE)):
        spoilt = spoil(np.random.default_rng(seed), scene, "too_small", beyond=beyond)
        assert low <= character_size(scene) * spoilt.image.shape[1] / 400 <= high + 0.1
        np.testing.assert_allclose(spoilt.quad / scene.quad, spoilt.image.shape[1] / 400, rtol=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_blur_beyond_reading_leaves_no_bar_and_little_blur_leaves_all(seed: int) -> None:
    scene = draw_scene()
    sharp = np.ptp(bars(scene.image))
    assert (
        np.ptp(bars(spoil(np.random.default_rng(seed), scene, "blurred", beyond=True).image)[40:-40])
        < 0.2 * sharp
    )
    assert (
        np.ptp(bars(spoil(np.random.default_rng(seed), scene, "blurred", beyond=False).image)[40:-40])
        > 0.6 * sharp
    )


@pytest.mark.parametrize("seed", range(4))
def test_glare_swallows_at_least_four_characters_or_none(seed: int) -> None:
    scene = draw_scene()
    centers = scene.character_quads.mean(axis=1).astype(int)
    for beyond in (True, False):
        spoilt = np.clip(spoil(np.random.default_rng(seed), scene, "glare", beyond=beyond).image, 0, 255)
        lost = sum(spoilt[y - 3 : y + 4, x - 4 : x + 5].min() > 250 for x, y in centers)
        assert lost >= 4 if beyond else lost == 0


@pytest.mark.parametrize("cause", ["too_dark", "too_bright", "low_contrast"])
@pytest.mark.parametrize("seed", range(3))
def test_exposure_beyond_reading_drowns_the_bars_in_noise(cause, seed: int) -> None:
    scene = draw_scene()
    spoilt = np.clip(spoil(np.random.default_rng(seed), scene, cause, beyond=True).image, 0, 255)
    ink, ground = (spoilt[105:125, 60 + x : 60 + 16 * 17 : 16].mean() for x in (5, 13))
    assert abs(ground - ink) < 6
    kept = np.clip(spoil(np.random.default_rng(seed), scene, cause, beyond=False).image, 0, 255)
    ink, ground = (kept[105:125, 60 + x : 60 + 16 * 17 : 16].mean() for x in (5, 13))
    assert abs(ground - ink) > 25


@pytest.mark.parametrize("seed", range(6))
def test_a_cut_takes_characters_or_their_height(seed: int) -> None:
    scene = draw_scene()
    spoilt = spoil(np.random.default_rng(seed), scene, "cut_off", beyond=True).image
    dark = (cv2.cvtColor(spoilt, cv2.COLOR_RGB2GRAY) < 60).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    assert count - 1 <= 15 or stats[1:, cv2.CC_STAT_HEIGHT].max() <= 0.6 * 30
    kept = spoil(np.random.default_rng(seed), scene, "cut_off", beyond=False).image
    dark = (cv2.cvtColor(kept, cv2.COLOR_RGB2GRAY) < 60).astype(np.uint8)
    assert cv2.connectedComponents(dark)[0] - 1 == 17
