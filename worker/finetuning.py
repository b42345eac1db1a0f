"""What a fine-tuning run brings into the domain: trainer and evaluator. The only importer of training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from inference.bundle import load_bundle
from inference.evaluation import Keep, evaluate
from inference.snapshot import PhotoPath, Snapshot, Split
from inference.types import EvaluatedPhoto, Scorecard
from training.finetune import FinetuneConfig, Progress
from training.provenance import describe_code
from training.tuning.bundle import finetune_bundle

__all__ = ["describe_code", "evaluate_bundle", "train_bundle"]


def train_bundle(
    *,
    snapshot: Snapshot,
    photo_path: PhotoPath,
    base_bundle: Path,
    config: dict[str, Any],
    out_dir: Path,
    report: Callable[[Progress], None],
) -> Path | None:
    """Train from the base bundle and export; returns the new bundle's folder inside `out_dir`, None where no
    network became better.

    A second call with the same `out_dir` goes on where the first stopped.
    Raises: training.finetune.FinetuningFailed, training.export.ParityError, and what `report` raises.
    """
    return finetune_bundle(
        snapshot=snapshot,
        photo_path=photo_path,
        base_bundle=base_bundle,
        config=FinetuneConfig.from_json(config),
        name=f"{snapshot.name} {out_dir.name[:8]}",
        out_dir=out_dir,
        report=report,
    )


def evaluate_bundle(
    *,
    bundle_dir: Path,
    snapshot: Snapshot,
    split: str,
    photo_path: PhotoPath,
    known: Mapping[str, EvaluatedPhoto],
    keep: Keep,
) -> Scorecard:
    """Measure a bundle on one split, through the pipeline that serves."""
    reader = load_bundle(bundle_dir, threads=1)
    return evaluate(reader, snapshot, cast(Split, split), photo_path, known=known, keep=keep)
