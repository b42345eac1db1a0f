"""From a snapshot to a bundle: fine-tuned, exported, and with honest confidences."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from inference.bundle import MANIFEST, verify_bundle
from inference.snapshot import PhotoPath, Snapshot
from training.calibrate import CalibrationFailed, measure_labeled, recalibrate_bundle
from training.export import SCRATCH, export_bundle
from training.finetune import finetune
from training.provenance import describe_code
from training.tuning.loop import Progress, Report
from training.tuning.settings import FinetuneConfig, list_validating
from training.weights import TrainedWeights

_DRAFT = "draft"
_REPORTED = 5
"""Every so many photos that the new bundle read, somebody is told."""


def finetune_bundle(
    *,
    snapshot: Snapshot,
    photo_path: PhotoPath,
    base_bundle: Path,
    config: FinetuneConfig,
    name: str,
    out_dir: Path,
    report: Report,
) -> Path | None:
    """Train from the base bundle and export; returns the new bundle's folder inside `out_dir`.

    None where every network keeps the weights that it started from: there is nothing to export then, and
    calibrating the base bundle anew would only pass it off as another. A second call with the same `out_dir`
    goes on where the first stopped. The export compares the ONNX files with the networks that they were made
    from; the calibration is fitted to the validation split.
    Raises FinetuningFailed, ParityError, OSError, and what `report` raises.
    """
    bundle = out_dir / "bundle"
    if (bundle / MANIFEST).exists():
        verify_bundle(bundle)
        return bundle
    weights = finetune(
        snapshot=snapshot,
        photo_path=photo_path,
        base_bundle=base_bundle,
        config=config,
        out_dir=out_dir,
        report=report,
    )
    if not _has_learned(weights):
        return None
    teller = _Teller(report, config.total_steps)
    teller.tell("Exporting to ONNX and comparing the files with the networks", is_news=True)
    _clear(out_dir)
    training = {**weights.figures, "code": describe_code()}
    draft = export_bundle(
        weights=weights, base_bundle=base_bundle, name=name, out_dir=out_dir / _DRAFT, training=training
    )
    _calibrate(draft, snapshot, photo_path, teller)
    # complete only now: a bundle that lies there is taken as it is by whoever goes on with the run
    draft.rename(bundle)
    return bundle


def _has_learned(weights: TrainedWeights) -> bool:
    """Whether any network has other weights than those that it started from."""
    return any(record["best_step"] > 0 for record in weights.figures["networks"].values())


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says what is done after the last step."""

    report: Report
    steps: int

    def tell(self, message: str, *, is_news: bool = False) -> None:
        self.report(Progress.between(message, step=self.steps, steps=self.steps, is_news=is_news))


def _clear(out_dir: Path) -> None:
    """What an export that was killed has left behind."""
    for path in (out_dir / _DRAFT, *out_dir.glob(f"{SCRATCH}*")):
        shutil.rmtree(path, ignore_errors=True)


def _calibrate(bundle: Path, snapshot: Snapshot, photo_path: PhotoPath, teller: _Teller) -> None:
    """A validation split of few photos, or without errors, leaves the base bundle's calibration."""
    items = list_validating(snapshot)

    def on_photo(done: int) -> None:
        if done % _REPORTED == 0:
            teller.tell(f"Reading the validation photos for the calibration: {done} of {len(items)}")

    outcomes = list(measure_labeled(bundle, items, photo_path, on_photo))
    try:
        figures = recalibrate_bundle(bundle, outcomes, photos=len(items))
    except CalibrationFailed as error:
        teller.tell(f"The confidences stay calibrated as they were. {error}", is_news=True)
        return
    teller.tell(
        f"Calibrated on {len(outcomes)} validation photos: confidences were off by "
        f"{figures['error_before']:.1%} and are by {figures['error_after']:.1%}",
        is_news=True,
    )
