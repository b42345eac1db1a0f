"""Makes confidences honest: fits temperature, bias and agreement on photos that the bundle has not seen.

Platt scaling (Guo et al. 2017, arXiv 1706.04599, section 4) of the raw probability of the whole VIN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.bundle import load_bundle, read_manifest, write_manifest
from inference.decoding import UndecodableImage
from inference.fusion import Calibration
from inference.metrics import calibration_error
from inference.snapshot import PhotoPath, SnapshotItem
from inference.types import Reading
from training.synthesis.scenes import render_scene


@dataclass(frozen=True, slots=True)
class Outcome:
    """The raw probability of a VIN, whether both recognizers read the same, and whether it was right."""

    raw: float
    agreed: bool
    right: bool


_FLOOR = 1e-7
_PRIOR = 2.0
"""Weight of staying as it is, in photos: a handful of outcomes shall not turn the calibration over."""
_ROUNDS = 50
LEAST_OUTCOMES = 20


class CalibrationFailed(RuntimeError):
    """Too little was read, or nothing was wrong or right, so that there is nothing to fit."""


def measure_outcomes(bundle: Path, *, count: int, seed: int) -> Iterator[Outcome]:
    """Read `count` synthetic photos; those without a VIN are left out."""
    reader = load_bundle(bundle)
    for number in range(count):
        scene = render_scene(np.random.default_rng((seed, number)))
        if (outcome := _judge(reader.read(scene.image), scene.vin)) is not None:
            yield outcome


def measure_labeled(
    bundle: Path,
    items: Sequence[SnapshotItem],
    photo_path: PhotoPath,
    on_photo: Callable[[int], None],
) -> Iterator[Outcome]:
    """Read labeled photos; those without a VIN are left out. `on_photo` is told how many are read.

    Raises OSError, and whatever `on_photo` raises.
    """
    reader = load_bundle(bundle)
    for done, item in enumerate(items, start=1):
        try:
            outcome = _judge(reader.read_bytes(photo_path(item.photo).read_bytes()), item.vin)
        except UndecodableImage:
            outcome = None
        if outcome is not None:
            yield outcome
        on_photo(done)


def _judge(reading: Reading, vin: str) -> Outcome | None:
    if reading.vin is None:
        return None
    return Outcome(reading.stages.raw_confidence, reading.stages.recognizers_agree, reading.vin == vin)


def _logit(probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
    bounded = np.clip(probability, _FLOOR, 1 - _FLOOR)
    return np.asarray(np.log(bounded) - np.log1p(-bounded), np.float64)


def fit_calibration(outcomes: Sequence[Outcome], *, prior: Calibration | None = None) -> Calibration:
    """Logistic regression of being right on the raw logit and on agreement, by Newton's method.

    A few outcomes move it little from `prior`, which leaves probabilities as they are by default.
    Raises CalibrationFailed where fewer than LEAST_OUTCOMES are given or all are alike.
    """
    right = np.array([outcome.right for outcome in outcomes], np.float64)
    if len(right) < LEAST_OUTCOMES or right.min() == right.max():
        raise CalibrationFailed(
            f"Calibration needs at least {LEAST_OUTCOMES} readings, some right and some wrong."
        )
    logits = _logit([outcome.raw for outcome in outcomes])
    agreed = np.array([outcome.agreed for outcome in outcomes], np.float64)
    features = np.stack([logits, np.ones(len(right)), agreed], axis=1)
    slope, bias, agreement = _regress(features, right, prior or Calibration())
    if slope <= 1e-3:
        raise CalibrationFailed(
            "Confidence says nothing about being right: the networks are not trained yet."
        )
    # agreement never lowers the confidence, whatever a handful of photos may say
    return Calibration(float(1 / slope), float(bias), max(float(agreement), 0.0))


def _regress(
    features: npt.NDArray[np.float64], right: npt.NDArray[np.float64], known: Calibration
) -> npt.NDArray[np.float64]:
    prior = np.array([1 / known.temperature, known.bias, known.agreement])
    weights = prior.copy()
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-features @ weights))
        gradient = features.T @ (likely - right) + _PRIOR * (weights - prior)
        curvature = (features * (likely * (1 - likely))[:, None]).T @ features + _PRIOR * np.eye(len(prior))
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step / max(1.0, float(np.linalg.norm(step)))  # Newton overshoots from far away
    return weights


def calibrate_bundle(bundle: Path, *, count: int, seed: int) -> dict[str, float]:
    """Fit, and write the calibration into the bundle's manifest; returns figures from before and after."""
    outcomes = list(measure_outcomes(bundle, count=count, seed=seed))
    return _write_calibration(bundle, fit_calibration(outcomes), outcomes, before=Calibration(), photos=count)


def recalibrate_bundle(bundle: Path, outcomes: Sequence[Outcome], *, photos: int) -> dict[str, float]:
    """Fit anew on outcomes of `photos` labeled photos, beginning with what the bundle has; as above.

    Raises CalibrationFailed, also where confidences come out no better; the bundle then stays as it is.
    """
    known = read_manifest(bundle).calibration
    fitted = fit_calibration(outcomes, prior=known)
    before, after = (_measure_error(each, outcomes) for each in (known, fitted))
    if not after < before:
        raise CalibrationFailed(f"They are off by {before:.1%}, and no less where they are fitted anew.")
    return _write_calibration(bundle, fitted, outcomes, before=known, photos=photos)


def _write_calibration(
    bundle: Path, calibration: Calibration, outcomes: Sequence[Outcome], *, before: Calibration, photos: int
) -> dict[str, float]:
    manifest = read_manifest(bundle)
    figures = {
        "photos": photos,
        "read": len(outcomes),
        "right": sum(outcome.right for outcome in outcomes),
        "temperature": round(calibration.temperature, 4),
        "bias": round(calibration.bias, 4),
        "agreement": round(calibration.agreement, 4),
        "error_before": round(_measure_error(before, outcomes), 4),
        "error_after": round(_measure_error(calibration, outcomes), 4),
    }
    training = {**manifest.training, "calibration": figures}
    write_manifest(bundle, replace(manifest, calibration=calibration, training=training))
    return figures


def _measure_error(calibration: Calibration, outcomes: Sequence[Outcome]) -> float:
    return calibration_error(
        [(calibration.apply(each.raw, agreed=each.agreed), each.right) for each in outcomes]
    )
