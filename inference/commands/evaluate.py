"""python -m inference evaluate: measures a bundle on labeled photos."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inference import load_reader
from inference.commands.common import add_engine_options, share, show_progress
from inference.evaluation import (
    THRESHOLDS,
    describe_scorecard,
    evaluate,
    list_outcomes,
    slice_by_kind,
    summarize_slice,
)
from inference.labels import load_labels, path_beside
from inference.metrics import accept_from, choose_threshold, count_needed, wilson_interval
from inference.report import ReportOptions, render_report
from inference.snapshot import Snapshot
from inference.types import EvaluatedPhoto, Scorecard

if TYPE_CHECKING:
    from argparse import _SubParsersAction

PARTS = {"all": "all photos", "train": "the part that may teach", "held_out": "the part that only measures"}


def add_command(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("evaluate", help="measure a bundle on labeled photos")
    command.add_argument("--csv", required=True, type=Path, help="columns file, vin, box, kind, conf, source")
    command.add_argument(
        "--characters", type=Path, metavar="JSON", help='true quads of the characters: {"file": [17 quads]}'
    )
    command.add_argument(
        "--part",
        choices=tuple(PARTS),
        default="all",
        help="the plate designs that may teach, or those that only measure",
    )
    command.add_argument("--level", choices=("high", "all"), default="all", help="which labels to use")
    command.add_argument(
        "--threshold", type=share, action="append", help="a confidence to accept from; can be given again"
    )
    command.add_argument(
        "--choose-threshold",
        type=share,
        metavar="SHARE",
        help="find the lowest confidence from which on at least this share is right, such as 0.995",
    )
    command.add_argument("--report", type=Path, metavar="HTML", help="write a page for people to look at")
    add_engine_options(command)
    command.set_defaults(run=run, fail=command.error)


def run(options: argparse.Namespace) -> int:
    if options.choose_threshold is not None and options.part == "held_out":
        options.fail("held-out photos only measure: choose a threshold with --part train")
    labels = load_labels(options.csv, level=options.level, part=options.part, characters=options.characters)
    reader = load_reader(options.bundle, threads=options.threads)
    photo_path = path_beside(options.csv)
    card = evaluate(reader, labels, "test", photo_path, on_progress=show_progress)
    chosen = _choose(card, options.choose_threshold)
    thresholds = tuple(sorted({*(options.threshold or THRESHOLDS), *([chosen] if chosen else [])}))
    if options.json:
        print(json.dumps({**describe_scorecard(card, thresholds), "chosen_threshold": chosen}))
    else:
        print(format_scorecard(card, labels, thresholds))
        if options.choose_threshold is not None:
            print(_say_chosen(card, chosen, options.choose_threshold))
    if options.report:
        about = ReportOptions(
            subject=f"{options.csv.name}, {PARTS[options.part]}",
            made_at=datetime.now().astimezone(),
            thresholds=thresholds,
            photos=options.part != "held_out",
        )
        options.report.write_text(render_report(card, labels, photo_path, about), encoding="utf-8")
    return 0


def _choose(card: Scorecard, precision: float | None) -> float | None:
    return None if precision is None else choose_threshold(list_outcomes(card.photos), precision=precision)


def _say_chosen(card: Scorecard, chosen: float | None, precision: float) -> str:
    if chosen is None:
        needed = (
            f", which takes at least {count_needed(precision)} of them, all right" if precision < 1 else ""
        )
        return f"no threshold shows that {precision:.2%} of the accepted readings are right{needed}"
    each = accept_from(list_outcomes(card.photos), chosen)
    return (
        f"from a confidence of {chosen:.6f} on, at least {precision:.2%} of the accepted readings are right "
        f"(95 % lower bound {each.least_precision:.2%}, {each.right} of {each.accepted}); "
        f"{each.coverage:.1%} of the photos are accepted"
    )


def format_scorecard(scorecard: Scorecard, labels: Snapshot, thresholds: tuple[float, ...]) -> str:
    """A table with a row for all photos, for each kind and for each source, and one of acceptance."""
    sources = {item.photo: item.source for item in labels.items}
    by_source: dict[str, list[EvaluatedPhoto]] = {}
    for photo in scorecard.photos:
        by_source.setdefault(sources[photo.photo], []).append(photo)
    slices = {
        "all": scorecard,
        **{f"kind {kind or 'unknown'}": card for kind, card in slice_by_kind(scorecard).items()},
        **{f"source {name}": summarize_slice(scorecard, by_source[name]) for name in sorted(by_source)},
    }
    header = f"{'photos':<28}{'n':>6}  {'exact (95 % interval)':<24}{'CER':>7}{'located':>9}"
    lines = [
        f"bundle {scorecard.bundle}",
        f"{header}{'17 boxes':>10}{'box IoU':>9}{'ECE':>7}{'median ms':>11}{'p95 ms':>8}",
    ]
    lines += [_row(name, card) for name, card in slices.items()]
    return "\n".join([*lines, "", *_acceptance_rows(scorecard, thresholds)])


def _row(name: str, card: Scorecard) -> str:
    low, high = wilson_interval(card.exact, card.n)
    exact = f"{card.exact_match:6.1%} ({low:.1%} to {high:.1%})"
    located = f"{card.located / card.with_region:.1%}" if card.with_region else "–"
    full = f"{card.with_17_boxes / card.exact:.1%}" if card.exact and card.with_17_boxes is not None else "–"
    overlap = "–" if card.character_iou is None else f"{card.character_iou:.3f}"
    boxes = f"{located:>9}{full:>10}{overlap:>9}"
    times = f"{card.milliseconds_median:>11.0f}{card.milliseconds_p95:>8.0f}"
    return f"{name:<28}{card.n:>6}  {exact:<24}{card.cer:>7.2%}{boxes}{card.calibration_error:>7.3f}{times}"


def _acceptance_rows(card: Scorecard, thresholds: tuple[float, ...]) -> list[str]:
    rows = [
        f"{'accepted from':<28}{'n':>6}  {'of all (95 % interval)':<26}{'right among them (95 % interval)'}"
    ]
    for threshold in thresholds:
        each = accept_from(list_outcomes(card.photos), threshold)
        low, high = wilson_interval(each.accepted, each.n)
        share = f"{each.coverage:6.1%} ({low:.1%} to {high:.1%})"
        low, high = wilson_interval(each.right, each.accepted)
        right = f"{each.precision:7.2%} ({low:.1%} to {high:.1%})" if each.accepted else "–"
        rows.append(f"{threshold:<28.6g}{each.accepted:>6}  {share:<26}{right}")
    return rows
