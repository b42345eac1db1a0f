import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.bundle import read_manifest, write_manifest
from inference.fusion import Calibration
from training.calibrate import (
    CalibrationFailed,
    Outcome,
    calibrate_bundle,
    fit_calibration,
    recalibrate_bundle,
)


def draw_outcomes(truth: Calibration) -> list[Outcome]:
    """Readings whose raw probability is off by just that."""
    rng = np.random.default_rng(1)
    outcomes = []
    for logit in rng.normal(1, 3, size=4000):
        raw, agreed = float(1 / (1 + np.exp(-logit))), bool(rng.random() < 0.5)
        outcomes.append(Outcome(raw, agreed, bool(rng.random() < truth.apply(raw, agreed=agreed))))
    return outcomes


def test_a_calibration_is_found_again() -> None:
    fitted = fit_calibration(draw_outcomes(Calibration(2.0, -0.5, 1.5)))
    assert fitted.temperature == pytest.approx(2.0, rel=0.1)
    assert fitted.bias == pytest.approx(-0.5, abs=0.2)
    assert fitted.agreement == pytest.approx(1.5, abs=0.3)


def test_agreement_never_lowers_the_confidence() -> None:
    assert fit_calibration(draw_outcomes(Calibration(1.0, 0.0, -2.0))).agreement == 0.0


SURE, UNSURE = Outcome(0.9, True, True), Outcome(0.1, False, False)


@pytest.mark.parametrize("outcomes", [[SURE] * 5, [SURE] * 50, [UNSURE] * 50])
def test_too_little_to_learn_from_is_refused(outcomes: list[Outcome]) -> None:
    with pytest.raises(CalibrationFailed):
        fit_calibration(outcomes)


def test_confidence_that_misleads_is_refused() -> None:
    with pytest.raises(CalibrationFailed, match="says nothing"):
        fit_calibration([Outcome(0.99, True, False)] * 300 + [Outcome(0.01, True, True)] * 300)


def test_a_few_outcomes_move_a_calibration_little_from_where_it_begins() -> None:
    known = Calibration(2.0, -0.5, 1.5)
    outcomes = draw_outcomes(known)
    fitted = fit_calibration(outcomes[:25], prior=known)
    assert abs(fitted.bias - known.bias) < 0.5
    assert fit_calibration(outcomes, prior=known).temperature == pytest.approx(2.0, rel=0.1)


def test_a_calibration_is_replaced_only_by_a_better_one(tiny_bundle: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))
    figures = recalibrate_bundle(bundle, draw_outcomes(Calibration(2.0, -0.5, 1.5)), photos=4000)
    assert figures["error_after"] < figures["error_before"]
    fitted = read_manifest(bundle).calibration
    assert fitted.temperature == pytest.approx(2.0, rel=0.1)
    honest = [Outcome(0.9, False, place % 10 > 0) for place in range(20)]
    write_manifest(bundle, replace(read_manifest(bundle), calibration=Calibration()))
    with pytest.raises(CalibrationFailed, match="no less where they are fitted anew"):
        recalibrate_bundle(bundle, honest, photos=20)
    assert read_manifest(bundle).calibration == Calibration()


def test_an_untrained_bundle_cannot_be_calibrated_and_stays_as_it_is(tiny_bundle: Path) -> None:
    before = (tiny_bundle / "manifest.json").read_bytes()
    with pytest.raises(CalibrationFailed):
        calibrate_bundle(tiny_bundle, count=2, seed=1)
    assert (tiny_bundle / "manifest.json").read_bytes() == before
