"""The engine on the command line: python -m inference read PHOTO..., python -m inference evaluate."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from inference import load_reader
from inference.bundle import DEFAULT_BUNDLE, InvalidBundle
from inference.decoding import UndecodableImage
from inference.evaluation import evaluate, summarize
from inference.labels import InvalidLabels, load_labels, path_beside
from inference.metrics import wilson_interval
from inference.pipeline import VinReader
from inference.snapshot import Snapshot
from inference.types import EvaluatedPhoto, Reading, Scorecard

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".bmp", ".gif", ".tif", ".tiff"}
"""What is taken from a folder; a file named by itself is read whatever it is called."""


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, 1 where a photo could not be read, 2 where nothing could be done at all."""
    options = _parse(arguments)
    try:
        return int(options.run(options))
    except (InvalidBundle, InvalidLabels, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has seen enough
        return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m inference", description="Reads VINs in photos.")
    commands = parser.add_subparsers(required=True, metavar="read | evaluate")
    read = commands.add_parser("read", help="read the VIN in each photo")
    read.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help="a file, or a folder of photos")
    read.set_defaults(run=_run_read)
    measure = commands.add_parser("evaluate", help="measure a bundle on labeled photos")
    measure.add_argument("--csv", required=True, type=Path, help="columns file, vin, box, kind, conf, source")
    measure.add_argument(
        "--confidence-level", choices=("high", "all"), default="all", help="which labels to use"
    )
    measure.set_defaults(run=_run_evaluate)
    for command in (read, measure):
        command.add_argument(
            "--bundle", type=Path, default=DEFAULT_BUNDLE, help="the folder of another bundle"
        )
        command.add_argument("--threads", type=_positive, default=1, help="threads for the networks (1)")
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _run_read(options: argparse.Namespace) -> int:
    reader = load_reader(options.bundle, threads=options.threads)
    failed = False
    for path in expand_folders(options.photos):
        answer = read_photo(reader, path)
        failed = failed or "error" in answer
        print(json.dumps(answer) if options.json else _sentence(answer), flush=True)
    return 1 if failed else 0


def expand_folders(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as they are, and of folders the photos in them at any depth, by name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
        else:
            yield path


def read_photo(reader: VinReader, path: Path) -> dict[str, Any]:
    """What is printed for one photo: the reading, or an error that stops only this one."""
    try:
        return {"file": str(path), **_describe(reader.read_file(path))}
    except UndecodableImage as error:
        return {"file": str(path), "error": str(error)}
    except OSError as error:
        return {"file": str(path), "error": f"The file cannot be opened: {error.strerror or error}."}


def _describe(reading: Reading) -> dict[str, Any]:
    return {**reading.to_json(), "milliseconds": round(reading.milliseconds, 1)}


def _sentence(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['file']}: error: {answer['error']}"
    advice = " ".join(issue["advice"] for issue in answer["quality"]["issues"])
    if answer["vin"] is None:
        return f"{answer['file']}: no VIN found. {advice}".rstrip()
    told = f"{answer['file']}: {answer['vin']} ({answer['confidence']:.1%} sure) {advice}".rstrip()
    return "\n".join([told, *map(_box_line, answer["characters"])])


def _box_line(character: dict[str, Any]) -> str:
    """A character with its corners in photo pixels, clockwise from its upper left one."""
    corners = "  ".join(f"{x:.0f},{y:.0f}" for x, y in character["quad"])
    return f"  {character['index'] + 1:>2} {character['symbol']} {character['confidence']:6.1%}  {corners}"


def _run_evaluate(options: argparse.Namespace) -> int:
    labels = load_labels(options.csv, level=options.confidence_level)
    reader = load_reader(options.bundle, threads=options.threads)
    scorecard = evaluate(reader, labels, "test", path_beside(options.csv), on_progress=_show_progress)
    print(json.dumps(scorecard.to_json()) if options.json else format_scorecard(scorecard, labels))
    return 0


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total} photos", end="\n" if done == total else "", file=sys.stderr, flush=True)


def format_scorecard(scorecard: Scorecard, labels: Snapshot) -> str:
    """A table with a row for all photos, for each kind and for each source."""
    sources = {item.photo: item.source for item in labels.items}
    slices: dict[str, list[EvaluatedPhoto]] = {"all": list(scorecard.photos)}
    for photo in scorecard.photos:
        slices.setdefault(f"kind {photo.kind or 'unknown'}", []).append(photo)
        slices.setdefault(f"source {sources[photo.photo]}", []).append(photo)
    header = f"{'photos':<28}{'n':>6}  {'exact (95 % interval)':<24}{'CER':>7}{'located':>9}"
    lines = [f"bundle {scorecard.bundle}", f"{header}{'ECE':>7}{'median ms':>11}{'p95 ms':>8}"]
    return "\n".join(lines + [_row(name, photos) for name, photos in sorted(slices.items())])


def _row(name: str, photos: list[EvaluatedPhoto]) -> str:
    card = summarize(photos, bundle="", snapshot="", split="")
    low, high = wilson_interval(card.exact, card.n)
    exact = f"{card.exact_match:6.1%} ({low:.1%} to {high:.1%})"
    located = card.located / card.n if card.n else 0.0
    rates = f"{card.cer:>7.2%}{located:>9.1%}{card.calibration_error:>7.3f}"
    times = f"{card.milliseconds_median:>11.0f}{card.milliseconds_p95:>8.0f}"
    return f"{name:<28}{card.n:>6}  {exact:<24}{rates}{times}"


if __name__ == "__main__":
    sys.exit(main())
