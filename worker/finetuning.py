"""What a fine-tuning run brings into the domain: trainer and evaluator. The only importer of training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from inference.bundle import MANIFEST, load_bundle, verify_bundle
from inference.evaluation import evaluate
from inference.snapshot import PhotoPath, Snapshot, Split
from inference.types import Scorecard
from training.export import export_bundle
from training.finetune import FinetuneConfig, Progress, finetune


def train_bundle(
    *,
    snapshot: Snapshot,
    photo_path: PhotoPath,
    base_bundle: Path,
    config: dict[str, Any],
    out_dir: Path,
    report: Callable[[Progress], None],
) -> Path:
    """Train from the base bundle and export; returns the new bundle's folder inside `out_dir`.

    A second call with the same `out_dir` goes on where the first stopped. The export compares the ONNX files
    with the networks that they were made from.
    Raises: training.finetune.FinetuningFailed, training.export.ParityError, and what `report` raises.
    """
    bundle = out_dir / "bundle"
    if (bundle / MANIFEST).exists():
        verify_bundle(bundle)
        return bundle
    weights = finetune(
        snapshot=snapshot,
        photo_path=photo_path,
        base_bundle=base_bundle,
        config=FinetuneConfig.from_json(config),
        out_dir=out_dir,
        report=report,
    )
    name = f"{snapshot.name} {out_dir.name[:8]}"
    return export_bundle(
        weights=weights, base_bundle=base_bundle, name=name, out_dir=bundle, training=weights.figures
    )


def evaluate_bundle(*, bundle_dir: Path, snapshot: Snapshot, split: str, photo_path: PhotoPath) -> Scorecard:
    """Measure a bundle on one split, through the pipeline that serves."""
    return evaluate(load_bundle(bundle_dir, threads=1), snapshot, cast(Split, split), photo_path)
