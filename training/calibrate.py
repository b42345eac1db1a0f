"""Makes confidences honest: fits a bundle's temperature and bias on synthetic photos that it has not seen.

Platt scaling (Guo et al. 2017, arXiv 1706.04599, section 4) of the raw probability of the whole VIN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.bundle import load_bundle, read_manifest, write_manifest
from inference.fusion import Calibration
from inference.metrics import calibration_error
from training.synthesis.scenes import render_scene

Outcome = tuple[float, bool]
"""The confidence in a VIN, and whether it was right."""

_FLOOR = 1e-7
_PRIOR = 2.0
"""Weight of staying as it is, in photos: a handful of outcomes shall not turn the calibration over."""
_ROUNDS = 50


class CalibrationFailed(RuntimeError):
    """Too little was read, or nothing was wrong or right, so that there is nothing to fit."""


def measure_outcomes(bundle: Path, *, count: int, seed: int) -> Iterator[Outcome]:
    """Read `count` synthetic photos, the bundle's calibration undone; those without a VIN are left out."""
    reader, present = load_bundle(bundle), read_manifest(bundle).calibration
    for number in range(count):
        scene = render_scene(np.random.default_rng((seed, number)))
        reading = reader.read(scene.image)
        if reading.vin is not None:
            yield undo_calibration(present, reading.confidence), reading.vin == scene.vin


def undo_calibration(calibration: Calibration, confidence: float) -> float:
    """The raw probability that the calibration made into this confidence."""
    logit = (_logit(confidence) - calibration.bias) * calibration.temperature
    return float(1 / (1 + np.exp(-logit)))


def _logit(probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
    bounded = np.clip(probability, _FLOOR, 1 - _FLOOR)
    return np.asarray(np.log(bounded) - np.log1p(-bounded), np.float64)


def fit_calibration(outcomes: Sequence[Outcome]) -> Calibration:
    """Logistic regression of being right on the logit of the confidence, by Newton's method.

    Raises CalibrationFailed where fewer than 20 outcomes are given or all are alike.
    """
    right = np.array([outcome[1] for outcome in outcomes], np.float64)
    if len(right) < 20 or right.min() == right.max():
        raise CalibrationFailed("Calibration needs at least 20 readings, some right and some wrong.")
    features = np.stack([_logit([outcome[0] for outcome in outcomes]), np.ones(len(right))], axis=1)
    slope, bias = _regress(features, right)
    if slope <= 1e-3:
        raise CalibrationFailed(
            "Confidence says nothing about being right: the networks are not trained yet."
        )
    return Calibration(temperature=float(1 / slope), bias=float(bias))


def _regress(features: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    prior = np.array([1.0, 0.0])
    weights = prior.copy()
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-features @ weights))
        gradient = features.T @ (likely - right) + _PRIOR * (weights - prior)
        curvature = (features * (likely * (1 - likely))[:, None]).T @ features + _PRIOR * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step / max(1.0, float(np.linalg.norm(step)))  # Newton overshoots from far away
    return weights


def calibrate_bundle(bundle: Path, *, count: int, seed: int) -> dict[str, float]:
    """Fit, and write the calibration into the bundle's manifest; returns figures from before and after."""
    outcomes = list(measure_outcomes(bundle, count=count, seed=seed))
    calibration = fit_calibration(outcomes)
    manifest = read_manifest(bundle)
    adjusted = [(calibration.apply(confidence), right) for confidence, right in outcomes]
    figures = {
        "photos": count,
        "read": len(outcomes),
        "right": sum(right for _, right in outcomes),
        "temperature": round(calibration.temperature, 4),
        "bias": round(calibration.bias, 4),
        "error_before": round(calibration_error(outcomes), 4),
        "error_after": round(calibration_error(adjusted), 4),
    }
    training = {**manifest.training, "calibration": figures}
    write_manifest(bundle, replace(manifest, calibration=calibration, training=training))
    return figures
