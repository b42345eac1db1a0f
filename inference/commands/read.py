"""python -m inference read: reads the VIN in photos from files, folders, patterns or standard input."""

from __future__ import annotations

import argparse
import glob
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference import load_reader
from inference.annotate import annotate, encode_jpeg
from inference.commands.common import add_engine_options, share
from inference.decoding import UndecodableImage, decode_image
from inference.pipeline import VinReader
from inference.types import Image, Reading

if TYPE_CHECKING:
    from argparse import _SubParsersAction

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".bmp", ".gif", ".tif", ".tiff"}
"""What is taken from a folder; a file named by itself is read whatever it is called."""
STDIN = "-"

READ, REFUSED, FAILED = 0, 1, 2
_EPILOG = """\
exit codes:
  0  every photo was read
  1  in some photo no VIN was read, or it is less sure than --min-confidence
  2  some file could not be opened or decoded, or nothing could be done at all
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one photo. Without a reading, `error` says why and what to do."""

    file: str
    content: bytes = b""
    reading: Reading | None = None
    error: str = ""

    def is_accepted(self, least: float) -> bool:
        return self.reading is not None and self.reading.vin is not None and self.reading.confidence >= least

    def to_json(self, least: float) -> dict[str, Any]:
        if self.reading is None:
            return {"file": self.file, "error": self.error}
        milliseconds = round(self.reading.milliseconds, 1)
        accepted = self.is_accepted(least)
        return {
            "file": self.file,
            **self.reading.to_json(),
            "milliseconds": milliseconds,
            "accepted": accepted,
        }


def add_command(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "read",
        help="read the VIN in each photo",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "photos",
        nargs="+",
        metavar="PHOTO",
        help="a file, a folder, a pattern such as 'in/**/*.jpg', or - for one photo on standard input",
    )
    command.add_argument(
        "--min-confidence",
        type=share,
        default=0.0,
        metavar="SHARE",
        help="accept no reading that is less sure, such as 0.95",
    )
    command.add_argument(
        "--annotated",
        type=Path,
        metavar="OUT",
        help="draw what was read: a JPEG, or a folder where there are several photos",
    )
    add_engine_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    paths = list(expand_paths(options.photos))
    reader = load_reader(options.bundle, threads=options.threads)
    drawings = Drawings.choose(options.annotated, several=len(paths) != 1 or _is_folder(options.photos))
    code = READ
    for done, path in enumerate(paths, start=1):
        answer = read_photo(reader, path)
        code = max(code, _rate(answer, options.min_confidence))
        _show(answer, options, done, len(paths))
        if drawings is not None and answer.reading is not None:
            drawings.write(answer.file, annotate(decode_image(answer.content), answer.reading))
    if not paths:
        print("error: there is no photo in what was named", file=sys.stderr)
        return FAILED
    return code


class Drawings:
    """Where annotated photos go: one file, or one for each photo in a folder."""

    def __init__(self, target: Path, *, is_folder: bool) -> None:
        self._target, self._is_folder = target, is_folder
        self._taken: set[str] = set()
        (target if is_folder else target.parent).mkdir(parents=True, exist_ok=True)

    @classmethod
    def choose(cls, target: Path | None, *, several: bool) -> Drawings | None:
        return None if target is None else cls(target, is_folder=several or target.is_dir())

    def write(self, photo: str, drawn: Image) -> None:
        """Raises OSError."""
        (self._name(photo) if self._is_folder else self._target).write_bytes(encode_jpeg(drawn))

    def _name(self, photo: str) -> Path:
        """By the photo's own name; a second one of the same name, from another folder, gets a number."""
        stem = "stdin" if photo == STDIN else Path(photo).stem
        names = (f"{stem}{'' if number == 1 else f'-{number}'}.jpg" for number in count(1))
        name = next(name for name in names if name not in self._taken)
        self._taken.add(name)
        return self._target / name


def expand_paths(names: Iterable[str]) -> Iterator[str]:
    """Files and - as they are; of folders the photos in them at any depth, of patterns what they match."""
    for name in names:
        if Path(name).is_dir():
            yield from sorted(str(file) for file in Path(name).rglob("*") if _is_photo(file))
        elif glob.has_magic(name) and not Path(name).exists():
            found = glob.glob(name, recursive=True)  # noqa: PTH207 - takes absolute patterns, too
            yield from sorted(match for match in found if Path(match).is_file()) or [name]
        else:
            yield name


def _is_photo(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and file.is_file()


def _is_folder(names: Sequence[str]) -> bool:
    return any(Path(name).is_dir() for name in names)


def read_photo(reader: VinReader, name: str) -> Answer:
    """The answer for one photo; an error stops only this one."""
    try:
        content = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
        reading = reader.read_bytes(content)
    except UndecodableImage as error:
        return Answer(name, error=f"{error} Open it in a viewer, or take the photo again.")
    except OSError as error:
        return Answer(name, error=f"The file cannot be opened: {error.strerror or error}. Check its name.")
    except Exception as error:  # a crash on one photo is an error of its own, never a photo without a VIN
        what = f"{type(error).__name__}: {error}"
        return Answer(name, error=f"Reading failed ({what}). This is a bug: report it with the photo.")
    return Answer(name, content, reading)


def _rate(answer: Answer, least: float) -> int:
    if answer.reading is None:
        return FAILED
    return READ if answer.is_accepted(least) else REFUSED


def _show(answer: Answer, options: argparse.Namespace, done: int, total: int) -> None:
    """The answer on stdout, an error on stderr too, and how far we are where only a person would see it."""
    if options.json:
        print(json.dumps(answer.to_json(options.min_confidence)), flush=True)
    elif answer.reading is not None:
        print(_describe(answer, answer.reading, options.min_confidence), flush=True)
    if answer.error:
        print(f"{answer.file}: error: {answer.error}", file=sys.stderr, flush=True)
    if total > 1 and sys.stderr.isatty() and not sys.stdout.isatty():
        print(f"\r{done} of {total} photos", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _describe(answer: Answer, reading: Reading, least: float) -> str:
    advice = " ".join(issue.advice for issue in reading.quality.issues)
    if reading.vin is None:
        return f"{answer.file}: no VIN found. {advice}".rstrip()
    doubt = "" if answer.is_accepted(least) else f"less than {least:.1%}: not accepted. "
    told = f"{answer.file}: {reading.vin} ({reading.confidence:.1%} sure) {doubt}{advice}".rstrip()
    return "\n".join(
        [
            told,
            *(_describe_box(box.index, box.symbol, box.confidence, box.quad) for box in reading.characters),
        ]
    )


def _describe_box(index: int, symbol: str, confidence: float, quad: Iterable[tuple[float, float]]) -> str:
    """A character with its corners in photo pixels, clockwise from its upper left one."""
    corners = "  ".join(f"{x:.0f},{y:.0f}" for x, y in quad)
    return f"  {index + 1:>2} {symbol} {confidence:6.1%}  {corners}"
