"""Commands that make use of real photos: votes, crops, and the order of their labels."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from inference.bundle import DEFAULT_BUNDLE
from training.label_order import OrderTrial, compare_orders
from training.learning_curve import ORDERS, RANDOM, WORTH, print_curve, trace_curve
from training.published import FOLDER, fetch_network
from training.real_crops import write_real_crops
from training.votes import write_votes

if TYPE_CHECKING:
    from training.commands.common import Commands


def add_commands(commands: Commands) -> None:
    _add_votes(commands.add_parser("votes", help="read photos on which two readers agree"))
    _add_real_crops(commands.add_parser("real-crops", help="write shards of crops of real photos"))
    _add_simulate_order(
        commands.add_parser("simulate-order", help="compare orders of labels; resumes in the same --out")
    )


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


def _votes(options: argparse.Namespace) -> None:
    published = options.published or fetch_network(FOLDER)
    print(write_votes(options.csv, bundle=options.bundle, published=published, out=options.out))


def _real_crops(options: argparse.Namespace) -> None:
    print(write_real_crops(options.csv, votes=options.votes, bundle=options.bundle, folder=options.out))


def _simulate_order(options: argparse.Namespace) -> None:
    trial = OrderTrial(tuple(options.sizes), tuple(options.orders), options.seeds, options.steps)
    results, vins = compare_orders(
        csv=options.csv, base=options.base, second=options.second, trial=trial, out_dir=options.out
    )
    print(
        f"{len(vins)} held-out lines of {len(set(vins))} vehicles; 95 % intervals over vehicles and runs.\n"
    )
    print("\n".join(print_curve(trace_curve(results, vins))))
