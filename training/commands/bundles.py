"""Commands that make bundles, and mend what belongs to a whole one."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from inference.bundle import DEFAULT_BUNDLE
from inference.snapshot import decode_snapshot
from training.calibrate import calibrate_bundle
from training.export import export_bundle
from training.finetune import FinetuneConfig, Progress
from training.quality import fit_bundle
from training.train import CONFIGS, read_config
from training.tuning.bundle import finetune_bundle
from training.weights import TrainedWeights

if TYPE_CHECKING:
    from training.commands.common import Commands


def add_commands(commands: Commands) -> None:
    _add_export(commands.add_parser("export", help="make a bundle of trained weights"))
    _add_calibrate(commands.add_parser("calibrate", help="make a bundle's confidences honest, in place"))
    _add_quality(commands.add_parser("quality", help="fit what refuses unreadable photos, in place"))
    _add_finetune(commands.add_parser("finetune", help="fine-tune a bundle on a dataset snapshot"))


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sequence", type=Path, help="weights; those of the base bundle by default")
    parser.add_argument("--detector", type=Path, help="weights; those of the base bundle by default")
    parser.add_argument("--characters", type=Path, help="weights; those of the base bundle by default")
    parser.add_argument("--base", type=Path, help="bundle to take over what is not given")
    parser.add_argument("--name", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--training", type=Path, action="append", default=[], help="training.json for the manifest"
    )
    parser.add_argument("--data", help="for the manifest: what the weights were trained on")
    parser.add_argument("--calibration", help='JSON, such as {"temperature": 1.2, "bias": 0.1}')
    parser.set_defaults(command=_export)


def _add_calibrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--count", type=int, default=400, help="synthetic photos to read")
    parser.add_argument("--seed", type=int, default=99)
    parser.set_defaults(command=_calibrate)


def _add_quality(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument(
        "--count", type=int, default=100, help="photos for each cause; readable ones four times"
    )
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--cache", type=Path, metavar="FILE", help="an .npz that keeps what was measured")
    parser.set_defaults(command=_quality)


def _add_finetune(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--snapshot", type=Path, required=True, help="dataset snapshot (JSON)")
    parser.add_argument("--photos", type=Path, required=True, help="folder of photos named by SHA-256")
    parser.add_argument("--base", type=Path, default=DEFAULT_BUNDLE)
    parser.add_argument("--config", type=Path, default=CONFIGS / "default.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=_finetune)


def _export(options: argparse.Namespace) -> None:
    weights = TrainedWeights(
        sequence=options.sequence,
        detector=options.detector,
        characters=options.characters,
        calibration=json.loads(options.calibration) if options.calibration else {},
    )
    records = {path.parent.name: path for path in options.training}
    training = {name: json.loads(path.read_text()) for name, path in records.items()}
    if options.data:
        training["data"] = options.data
    bundle = export_bundle(
        weights=weights, base_bundle=options.base, name=options.name, out_dir=options.out, training=training
    )
    print(bundle)


def _calibrate(options: argparse.Namespace) -> None:
    print(json.dumps(calibrate_bundle(options.bundle, count=options.count, seed=options.seed)))


def _quality(options: argparse.Namespace) -> None:
    print(json.dumps(fit_bundle(options.bundle, count=options.count, seed=options.seed, cache=options.cache)))


def _finetune(options: argparse.Namespace) -> None:
    snapshot = decode_snapshot(options.snapshot.read_bytes())
    bundle = finetune_bundle(
        snapshot=snapshot,
        photo_path=lambda sha256: options.photos / sha256,
        base_bundle=options.base,
        config=FinetuneConfig.from_json(read_config(options.config)),
        name=snapshot.name,
        out_dir=options.out,
        report=_print_progress,
    )
    print(bundle or "Nothing was learned: the base bundle stays as it is, and no other is written.")


def _print_progress(progress: Progress) -> None:
    told = "" if progress.loss is None else f" (loss {progress.loss:.4f})"
    print(progress.message + told, file=sys.stderr)
