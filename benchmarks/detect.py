"""How well the VIN's line is found in real photos in which it is boxed, beside RapidOCR's detector.

    python -m benchmarks.detect --real photos.csv --limit 100

Only photos that nothing was trained on count (inference/splits.py). Three ways to answer are measured: the
first line of this project's detector, any of its first three, and the one that the reader chooses; and any
of the lines that RapidOCR's detector finds, which does not tell VINs from other text, so that its precision
only says how much other text there is. Times are those of one processor, with decoding, and do not grow
with what else the machine does. Drawn boxes are axis-aligned and loose; so is what is compared with
them. RapidOCR runs as in benchmarks/read.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import get_args

from benchmarks.read import rival_python
from benchmarks.runner import ask
from inference.bundle import DEFAULT_BUNDLE
from inference.geometry import Box
from inference.metrics import percentile, wilson_interval
from inference.splits import Part
from training.boxed_photos import BoxedPhoto, BoxMatch, list_boxed_photos, match_boxes

OFFERED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """The boxes that were offered for a photo, best first, and the processor's time, with decoding."""

    boxes: tuple[Box, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Method:
    """A way to answer: its answers by photo."""

    name: str
    answers: dict[str, Answer]


def main() -> None:
    options = _parse()
    photos = _spread(list_boxed_photos(options.real, part=options.part), options.limit)
    folder = options.real.parent
    python, ours = Path(sys.executable), ["benchmarks.run_vinloop_boxes", str(options.bundle)]
    offered = _run(python, [*ours, "detector"], photos, folder)
    first = {file: Answer(answer.boxes[:1], answer.milliseconds) for file, answer in offered.items()}
    methods = [Method("VINloop, first line", first), Method(f"VINloop, any of {OFFERED}", offered)]
    methods.append(Method("VINloop, reader's choice", _run(python, [*ours, "reader"], photos, folder)))
    if not options.alone:
        theirs = _run(rival_python(), ["benchmarks.run_rapidocr_boxes"], photos, folder)
        methods.append(Method("RapidOCR, any line", theirs))
    print(format_table(photos, methods))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detect", description=__doc__.splitlines()[0])
    parser.add_argument("--real", type=Path, required=True, help="a CSV of photos: columns file, vin, box")
    parser.add_argument("--limit", type=int, help="at most so many of its photos, evenly spread")
    parser.add_argument("--part", choices=get_args(Part), default="held_out")
    parser.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE)
    parser.add_argument("--alone", action="store_true", help="do not run RapidOCR")
    return parser.parse_args()


def _spread(photos: Sequence[BoxedPhoto], limit: int | None) -> list[BoxedPhoto]:
    step = max(len(photos) / limit, 1.0) if limit else 1.0
    return [photos[int(index * step)] for index in range(int(len(photos) / step))]


def _run(
    python: Path, module: Sequence[str], photos: Sequence[BoxedPhoto], folder: Path
) -> dict[str, Answer]:
    files = {str((folder / photo.file).resolve()): photo.file for photo in photos}
    return {
        files[answer["file"]]: Answer(tuple(map(tuple, answer["boxes"])), answer["busy_milliseconds"])
        for answer in ask(python, module, files)
        if "file" in answer
    }


def format_table(photos: Sequence[BoxedPhoto], methods: Sequence[Method]) -> str:
    """One row for each group of photos and each method."""
    groups: dict[str, Callable[[BoxedPhoto], bool]] = {
        "with a known VIN": lambda photo: bool(photo.vin),
        "read by nobody yet": lambda photo: not photo.vin,
        "all": lambda _: True,
    }
    head = (
        f"{'photos':<20}{'n':>5}  {'method':<26}{'IoU >= 0.5 (95 %)':<25}{'line filled (95 %)':<25}"
        f"{'precision':>9}{'covered':>9}{'inside':>8}{'median ms':>11}{'p95 ms':>8}"
    )
    rows = [head]
    for name, belongs in groups.items():
        chosen = [photo for photo in photos if belongs(photo)]
        rows += [_row(name, chosen, method) for method in methods if chosen]
    return "\n".join(rows)


def _row(group: str, photos: Sequence[BoxedPhoto], method: Method) -> str:
    answers = [method.answers[photo.file] for photo in photos]
    matches = [
        [match_boxes(box, photo.box) for box in answer.boxes]
        for photo, answer in zip(photos, answers, strict=True)
    ]
    best = [max(each, key=lambda match: match.iou) for each in matches if each]
    touching = [match for match in best if match.iou > 0]
    located = _share(sum(match.is_located for match in best), len(photos))
    filled = _share(sum(any(match.fills for match in each) for each in matches), len(photos))
    times = [answer.milliseconds for answer in answers]
    return (
        f"{group:<20}{len(photos):>5}  {method.name:<26}{located:<25}{filled:<25}{_precision(matches):>9.1%}"
        f"{_mean(match.covered for match in touching):>9.1%}{_mean(match.inside for match in touching):>8.1%}"
        f"{percentile(times, 0.5):>11.0f}{percentile(times, 0.95):>8.0f}"
    )


def _precision(matches: Sequence[Sequence[BoxMatch]]) -> float:
    """Of all lines that were offered, those that are the VIN's, wholly or mostly."""
    offered = [match for each in matches for match in each]
    return _mean(match.is_located or match.fills for match in offered)


def _share(count: int, total: int) -> str:
    low, high = wilson_interval(count, total)
    return f"{count / total:6.1%} ({low:.1%} to {high:.1%})"


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return fmean(known) if known else 0.0


if __name__ == "__main__":
    main()
