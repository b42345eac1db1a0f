"""Reads the same photos with this project's engine and with RapidOCR, one processor each, and compares.

    python -m benchmarks.read --photos photos.csv --part held_out --limit 100

The photos of the CSV are yours (`--photos` may be given several times); beside them, synthetic ones are
rendered from fixed seeds. RapidOCR 3.10 (PP-OCRv6, Apache-2.0) is installed into a virtual environment of its
own under var/bench, and used with its default settings.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.runner import ROOT, ask
from inference.bundle import DEFAULT_BUNDLE
from inference.labels import load_labels, path_beside
from inference.metrics import percentile, wilson_interval
from training.synthesis.scenes import render_scene

WORKPLACE = ROOT / "var" / "bench"
RIVAL = "rapidocr==3.10.*"
SYNTHETIC_SEED = 20_000
SYNTHETIC_SIDE = 1600


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo and its true VIN; `group` is the row of the table that it counts in."""

    path: str
    vin: str
    group: str


@dataclass(frozen=True, slots=True)
class Run:
    """What one engine answered: the VIN and the milliseconds of each photo, and its greatest memory.

    `busy` are the milliseconds of the processor, which other programs on the machine hardly lengthen.
    """

    engine: str
    vins: dict[str, str | None]
    milliseconds: dict[str, float]
    busy: dict[str, float]
    mebibytes: float


def main() -> None:
    options = _parse()
    photos = _render_synthetic(options.synthetic, options.side)
    for csv_path in options.photos:
        photos += _list_photos(csv_path, options)
    runs = [_run("VINloop", Path(sys.executable), ["benchmarks.run_vinloop", str(options.bundle)], photos)]
    if not options.alone:
        runs.append(_run("RapidOCR 3.10", rival_python(), ["benchmarks.run_rapidocr"], photos))
    print(format_table(photos, runs))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.read", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--photos", type=Path, action="append", default=[], help="a CSV of labeled photos: file, vin, kind"
    )
    parser.add_argument("--part", choices=("train", "held_out", "all"), default="all", help="by plate design")
    parser.add_argument("--level", choices=("high", "all"), default="all", help="how sure their labels are")
    parser.add_argument("--limit", type=int, help="read at most so many of its photos, evenly spread")
    parser.add_argument("--synthetic", type=int, default=20, help="how many synthetic photos (20)")
    parser.add_argument(
        "--side", type=int, default=SYNTHETIC_SIDE, help="their longer side in pixels (1600: 2 megapixels)"
    )
    parser.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE)
    parser.add_argument("--alone", action="store_true", help="do not run RapidOCR")
    return parser.parse_args()


def _list_photos(csv_path: Path, options: argparse.Namespace) -> list[Photo]:
    items = load_labels(csv_path, level=options.level, part=options.part).items
    step = max(len(items) / options.limit, 1.0) if options.limit else 1.0
    chosen = [items[int(index * step)] for index in range(int(len(items) / step))]
    find, name = path_beside(csv_path), csv_path.parent.name
    return [
        Photo(str(find(item.photo).resolve()), item.vin, f"{name}, {item.kind or 'unknown kind'}")
        for item in chosen
    ]


def _render_synthetic(count: int, side: int) -> list[Photo]:
    folder = WORKPLACE / f"synthetic-{side}"
    folder.mkdir(parents=True, exist_ok=True)
    photos = []
    for seed in range(SYNTHETIC_SEED, SYNTHETIC_SEED + count):
        scene = render_scene(np.random.default_rng(seed), look="normal", side=side)
        path = folder / f"{seed}.jpg"
        cv2.imwrite(str(path), scene.image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
        photos.append(Photo(str(path), scene.vin, "synthetic"))
    return photos


def rival_python() -> Path:
    """Installs the rival where it is not yet."""
    folder = WORKPLACE / "rapidocr"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        RIVAL,
        "onnxruntime",
    ]
    subprocess.run(command, check=True)  # noqa: S603
    return python


def _run(engine: str, python: Path, module: list[str], photos: Sequence[Photo]) -> Run:
    *answers, last = ask(python, module, [photo.path for photo in photos])
    return Run(
        engine=engine,
        vins={answer["file"]: answer["vin"] for answer in answers},
        milliseconds={answer["file"]: answer["milliseconds"] for answer in answers},
        busy={answer["file"]: answer["busy_milliseconds"] for answer in answers},
        mebibytes=last["mebibytes"],
    )


def format_table(photos: Sequence[Photo], runs: Sequence[Run]) -> str:
    """One row for each group of photos and each engine."""
    groups: dict[str, list[Photo]] = {}
    for photo in photos:
        groups.setdefault(photo.group, []).append(photo)
        source, _, kind = photo.group.partition(", ")
        if kind:
            groups.setdefault(f"{source}, all", []).append(photo)
    times = f"{'median ms':>10}{'p95 ms':>9}{'busy ms':>10}{'p95 busy':>10}"
    lines = [f"{'photos':<26}{'n':>5}  {'engine':<15}{'whole VIN right (95 %)':<26}{times}"]
    lines += [_row(group, groups[group], run) for group in sorted(groups) for run in runs]
    memory = ", ".join(f"{run.engine} {run.mebibytes:.0f} MiB" for run in runs)
    return "\n".join([*lines, f"greatest memory: {memory}"])


def _row(group: str, photos: Sequence[Photo], run: Run) -> str:
    right = sum(run.vins[photo.path] == photo.vin for photo in photos)
    low, high = wilson_interval(right, len(photos))
    exact = f"{right / len(photos):6.1%} ({low:.1%} to {high:.1%})"
    times, busy = ([each[photo.path] for photo in photos] for each in (run.milliseconds, run.busy))
    timing = f"{percentile(times, 0.5):>10.0f}{percentile(times, 0.95):>9.0f}"
    timing += f"{percentile(busy, 0.5):>10.0f}{percentile(busy, 0.95):>10.0f}"
    return f"{group:<26}{len(photos):>5}  {run.engine:<15}{exact:<26}{timing}"


if __name__ == "__main__":
    main()
