"""Commands that train networks, and make weights of weights."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from inference.bundle import DEFAULT_BUNDLE
from training.anchors import cluster_sizes, mean_best_iou, measure_boxes
from training.character_boxes import box_shards
from training.commands.common import SHARDS
from training.finetune_detector import finetune_detector
from training.published import FOLDER, write_start_weights
from training.streams import RealShare
from training.train import CONFIGS, train
from training.weights import average_weights, load_characters

if TYPE_CHECKING:
    from training.commands.common import Commands


def add_commands(commands: Commands) -> None:
    _add_published(commands.add_parser("published", help="fetch published weights to start from"))
    _add_train(commands.add_parser("train", help="train a network; resumes in the same --out"))
    _add_box(commands.add_parser("box", help="find the characters of real crops, to train from them"))
    _add_anchors(commands.add_parser("anchors", help="sizes of characters for the character network"))
    _add_mean(commands.add_parser("mean", help="the mean of the weights of several trainings"))
    _add_finetune_detector(
        commands.add_parser("finetune-detector", help="teach the detector real photos whose VIN is boxed")
    )


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


def _add_mean(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("network", choices=("detector", "sequence", "characters"))
    parser.add_argument("weights", nargs="+", type=Path, help="files of weights, or of a bundle's network")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=_mean)


def _add_finetune_detector(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--boxed", type=Path, required=True, help="photos (CSV): columns file, vin, box")
    parser.add_argument("--start", type=Path, default=DEFAULT_BUNDLE / "detector.onnx")
    parser.add_argument("--config", type=Path, default=CONFIGS / "detector-boxed.json")
    parser.add_argument("--shards", type=Path, default=SHARDS / "scenes", help="folder of synthetic shards")
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(command=_finetune_detector)


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


def _mean(options: argparse.Namespace) -> None:
    print(average_weights(options.weights, options.network, options.out))


def _finetune_detector(options: argparse.Namespace) -> None:
    weights = finetune_detector(
        start=options.start,
        boxed=options.boxed,
        config_path=options.config,
        shards=options.shards,
        out_dir=options.out,
    )
    print(weights)
