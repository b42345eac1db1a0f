"""Command line of the learning side: python -m training COMMAND."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from inference.bundle import DEFAULT_BUNDLE, InvalidBundle
from inference.labels import InvalidLabels
from inference.snapshot import InvalidSnapshot, decode_snapshot
from training.anchors import cluster_sizes, mean_best_iou, measure_boxes
from training.calibrate import CalibrationFailed, calibrate_bundle
from training.character_boxes import box_shards
from training.export import ExportFailed, ParityError, export_bundle
from training.finetune import FinetuneConfig, FinetuningFailed, Progress
from training.finetune_detector import finetune_detector
from training.fonts import FONTS_DIR, FontsUnavailable, fetch_fonts
from training.label_order import OrderTrial, compare_orders
from training.learning_curve import ORDERS, RANDOM, WORTH, print_curve, trace_curve
from training.published import (
    FOLDER,
    PublishedWeightsUnavailable,
    fetch_network,
    write_start_weights,
)
from training.quality import QualityFailed, fit_bundle
from training.real_crops import write_real_crops
from training.shards import write_shards
from training.streams import NoTrainingData, RealShare
from training.synthesis.contact_sheet import write_contact_sheet
from training.synthesis.crops import KIND_SHARES
from training.synthesis.demo import write_demo_photos
from training.synthesis.plates import KINDS
from training.systems.loop import TrainingFailed
from training.train import CONFIGS, read_config, train
from training.tuning.bundle import finetune_bundle
from training.votes import write_votes
from training.weights import InvalidWeights, TrainedWeights, average_weights, load_characters

SHARDS = Path("var/training/shards")
_EXPECTED = (
    *(
        CalibrationFailed,
        ExportFailed,
        FinetuningFailed,
        FontsUnavailable,
        InvalidBundle,
        InvalidLabels,
        InvalidSnapshot,
        InvalidWeights,
    ),
    *(NoTrainingData, ParityError, PublishedWeightsUnavailable, QualityFailed, TrainingFailed, OSError),
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _build_parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        command(options)
    except _EXPECTED as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    return 0


def _synth(options: argparse.Namespace) -> None:
    if options.contact_sheet is None and options.shards is None:
        raise TrainingFailed("Say what to draw: --contact-sheet FILE or --shards crops|scenes.")
    if options.contact_sheet is not None:
        write_contact_sheet(
            options.contact_sheet,
            kind=options.kind,
            count=options.count,
            seed=options.seed,
            crops=options.crops,
        )
    if options.shards is not None:
        folder = options.out or SHARDS / options.shards
        write_shards(
            options.shards,
            folder,
            seed=options.seed,
            count=options.count,
            first=options.first,
            shares=_weigh_kinds(options.mix) if options.mix else KIND_SHARES,
        )


def _weigh_kinds(weights: Sequence[str]) -> tuple[float, ...]:
    """Shares of KINDS that add up to 1, from texts such as paper=2; what is not named gets nothing."""
    given = dict.fromkeys(KINDS, 0.0)
    for text in weights:
        kind, _, weight = text.partition("=")
        try:
            given[KINDS[KINDS.index(kind)]] = float(weight)
        except ValueError:
            raise TrainingFailed(f"--mix {text}: write KIND=WEIGHT; kinds are {', '.join(KINDS)}.") from None
    total = sum(given.values())
    if min(given.values()) < 0 or not 0 < total < float("inf"):
        raise TrainingFailed("The weights of --mix must not be negative, and one must be above zero.")
    return tuple(weight / total for weight in given.values())


def _demo(options: argparse.Namespace) -> None:
    paths = write_demo_photos(options.out, options.count, options.seed)
    print(f"{len(paths)} photos in {options.out}")


def _fonts(options: argparse.Namespace) -> None:
    licences = fetch_fonts(options.out)
    print(f"{len(licences)} font families in {options.out}, their licences in LICENCES.json")


def _published(options: argparse.Namespace) -> None:
    print(write_start_weights(options.out))


def _train(options: argparse.Namespace) -> None:
    purpose = "scenes" if options.network == "detector" else "crops"
    shards = options.shards or SHARDS / purpose
    weights = train(
        options.network,
        config_path=options.config,
        shards=shards,
        out_dir=options.out,
        start=options.start,
        real=RealShare(options.real, options.real_share) if options.real else None,
    )
    print(weights)


def _box(options: argparse.Namespace) -> None:
    kept, total = box_shards(load_characters(options.characters), options.shards, options.out)
    print(f"{kept} of {total} crops in {options.out}")


def _anchors(options: argparse.Namespace) -> None:
    sizes = measure_boxes(options.shards)
    anchors = cluster_sizes(sizes, options.count, seed=options.seed)
    print(f"{anchors.round(1).tolist()}, mean IoU {mean_best_iou(sizes, anchors):.3f}")


def _votes(options: argparse.Namespace) -> None:
    published = options.published or fetch_network(FOLDER)
    print(write_votes(options.csv, bundle=options.bundle, published=published, out=options.out))


def _real_crops(options: argparse.Namespace) -> None:
    print(write_real_crops(options.csv, votes=options.votes, bundle=options.bundle, folder=options.out))


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


def _finetune_detector(options: argparse.Namespace) -> None:
    weights = finetune_detector(
        start=options.start,
        boxed=options.boxed,
        config_path=options.config,
        shards=options.shards,
        out_dir=options.out,
    )
    print(weights)


def _mean(options: argparse.Namespace) -> None:
    print(average_weights(options.weights, options.network, options.out))


def _simulate_order(options: argparse.Namespace) -> None:
    trial = OrderTrial(tuple(options.sizes), tuple(options.orders), options.seeds, options.steps)
    results, vins = compare_orders(
        csv=options.csv, base=options.base, second=options.second, trial=trial, out_dir=options.out
    )
    print(
        f"{len(vins)} held-out lines of {len(set(vins))} vehicles; 95 % intervals over vehicles and runs.\n"
    )
    print("\n".join(print_curve(trace_curve(results, vins))))


def _print_progress(progress: Progress) -> None:
    told = "" if progress.loss is None else f" (loss {progress.loss:.4f})"
    print(progress.message + told, file=sys.stderr)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_synth(commands.add_parser("synth", help="draw a contact sheet, or shards to train from"))
    _add_demo(commands.add_parser("demo", help="write demo photos"))
    _add_fonts(commands.add_parser("fonts", help="fetch open-licence fonts with npm"))
    _add_published(commands.add_parser("published", help="fetch published weights to start from"))
    _add_train(commands.add_parser("train", help="train a network; resumes in the same --out"))
    _add_box(commands.add_parser("box", help="find the characters of real crops, to train from them"))
    _add_anchors(commands.add_parser("anchors", help="sizes of characters for the character network"))
    _add_votes(commands.add_parser("votes", help="read photos on which two readers agree"))
    _add_real_crops(commands.add_parser("real-crops", help="write shards of crops of real photos"))
    _add_mean(commands.add_parser("mean", help="the mean of the weights of several trainings"))
    _add_export(commands.add_parser("export", help="make a bundle of trained weights"))
    _add_calibrate(commands.add_parser("calibrate", help="make a bundle's confidences honest, in place"))
    _add_quality(commands.add_parser("quality", help="fit what refuses unreadable photos, in place"))
    _add_simulate_order(
        commands.add_parser("simulate-order", help="compare orders of labels; resumes in the same --out")
    )
    _add_finetune(commands.add_parser("finetune", help="fine-tune a bundle on a dataset snapshot"))
    _add_finetune_detector(
        commands.add_parser("finetune-detector", help="teach the detector real photos whose VIN is boxed")
    )
    return parser


def _add_synth(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--contact-sheet", type=Path, metavar="FILE", help="a .jpg or .png to write")
    parser.add_argument("--kind", choices=KINDS, help="only this kind of plate")
    parser.add_argument("--crops", action="store_true", help="crops for the recognizer, not whole photos")
    parser.add_argument("--shards", choices=("crops", "scenes"), help="write shards for training")
    parser.add_argument("--out", type=Path, help="where the shards go")
    parser.add_argument("--count", type=int, default=20, help="photos on the sheet, or shards")
    parser.add_argument("--first", type=int, default=0, help="number of the first shard")
    parser.add_argument(
        "--mix", nargs="+", metavar="KIND=WEIGHT", help="how often shards show each kind of plate"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(command=_synth)


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(command=_demo)


def _add_fonts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=FONTS_DIR)
    parser.set_defaults(command=_fonts)


def _add_published(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.set_defaults(command=_published)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("network", choices=("detector", "sequence", "characters"))
    parser.add_argument("--config", type=Path, help="JSON; training/configs/NETWORK.json by default")
    parser.add_argument("--shards", type=Path, help="folder of shards")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="weights to begin with; not for the detector")
    parser.add_argument("--real", type=Path, help="shards of real crops to mix in; not for the detector")
    parser.add_argument("--real-share", type=float, default=0.15, help="of every batch; 0.15 by default")
    parser.set_defaults(command=_train)


def _add_box(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--characters", type=Path, required=True, help="weights that find the boxes")
    parser.add_argument("--shards", type=Path, required=True, help="shards of crops whose VINs are known")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=_box)


def _add_anchors(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shards", type=Path, default=SHARDS / "crops", help="folder of shards of crops")
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(command=_anchors)


def _add_votes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", type=Path, required=True, help="photos: columns file, vin, box")
    parser.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE, help="the first reader")
    parser.add_argument("--published", type=Path, help="the second reader, PP-OCRv6; fetched by default")
    parser.add_argument("--out", type=Path, required=True, help="the CSV to write")
    parser.set_defaults(command=_votes)


def _add_real_crops(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", type=Path, required=True, help="photos: columns file, vin, box")
    parser.add_argument("--votes", type=Path, help="what `votes` made of the same CSV")
    parser.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE, help="finds the lines in the boxes")
    parser.add_argument("--out", type=Path, required=True, help="folder of the shards")
    parser.set_defaults(command=_real_crops)


def _add_mean(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("network", choices=("detector", "sequence", "characters"))
    parser.add_argument("weights", nargs="+", type=Path, help="files of weights, or of a bundle's network")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=_mean)


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


def _add_simulate_order(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", type=Path, required=True, help="photos: columns file, vin, box")
    parser.add_argument("--base", type=Path, default=DEFAULT_BUNDLE, help="has learned from none of them")
    parser.add_argument(
        "--second", type=Path, help="ONNX of a second reader; the bundle's characters otherwise"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 60, 120], help="counts of labels")
    parser.add_argument("--orders", nargs="+", choices=ORDERS, default=[RANDOM, WORTH])
    parser.add_argument("--seeds", type=int, default=3, help="how often each order is tried")
    parser.add_argument("--steps", type=int, default=80, help="of each fine-tuning")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=_simulate_order)


def _add_finetune(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--snapshot", type=Path, required=True, help="dataset snapshot (JSON)")
    parser.add_argument("--photos", type=Path, required=True, help="folder of photos named by SHA-256")
    parser.add_argument("--base", type=Path, default=DEFAULT_BUNDLE)
    parser.add_argument("--config", type=Path, default=CONFIGS / "default.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=_finetune)


def _add_finetune_detector(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--boxed", type=Path, required=True, help="photos (CSV): columns file, vin, box")
    parser.add_argument("--start", type=Path, default=DEFAULT_BUNDLE / "detector.onnx")
    parser.add_argument("--config", type=Path, default=CONFIGS / "detector-boxed.json")
    parser.add_argument("--shards", type=Path, default=SHARDS / "scenes", help="folder of synthetic shards")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=_finetune_detector)


if __name__ == "__main__":
    sys.exit(main())
