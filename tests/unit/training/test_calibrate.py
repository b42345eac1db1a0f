from pathlib import Path

import numpy as np
import pytest

from inference.fusion import Calibration
from training.calibrate import CalibrationFailed, calibrate_bundle, fit_calibration, undo_calibration


def draw_outcomes(temperature: float, bias: float) -> list[tuple[float, bool]]:
    """Readings whose raw probability is too sure by that temperature and bias."""
    rng = np.random.default_rng(1)
    logits = rng.normal(1, 3, size=4000)
    honest = 1 / (1 + np.exp(-(logits / temperature + bias)))
    raw = 1 / (1 + np.exp(-logits))
    return [(float(p), bool(rng.random() < q)) for p, q in zip(raw, honest, strict=True)]


def test_temperature_and_bias_are_found_again() -> None:
    fitted = fit_calibration(draw_outcomes(2.0, -0.5))
    assert fitted.temperature == pytest.approx(2.0, rel=0.1)
    assert fitted.bias == pytest.approx(-0.5, abs=0.15)


def test_a_calibration_can_be_undone() -> None:
    calibration = Calibration(temperature=1.7, bias=0.4)
    for raw in (0.02, 0.5, 0.97):
        assert undo_calibration(calibration, calibration.apply(raw)) == pytest.approx(raw)


@pytest.mark.parametrize("outcomes", [[(0.9, True)] * 5, [(0.9, True)] * 50, [(0.1, False)] * 50])
def test_too_little_to_learn_from_is_refused(outcomes: list[tuple[float, bool]]) -> None:
    with pytest.raises(CalibrationFailed):
        fit_calibration(outcomes)


def test_confidence_that_misleads_is_refused() -> None:
    with pytest.raises(CalibrationFailed, match="says nothing"):
        fit_calibration([(0.99, False)] * 300 + [(0.01, True)] * 300)


def test_an_untrained_bundle_cannot_be_calibrated_and_stays_as_it_is(tiny_bundle: Path) -> None:
    before = (tiny_bundle / "manifest.json").read_bytes()
    with pytest.raises(CalibrationFailed):
        calibrate_bundle(tiny_bundle, count=2, seed=1)
    assert (tiny_bundle / "manifest.json").read_bytes() == before
