"""Which of several bundles reads, and finds, better in real photos that nobody has read.

    python -m benchmarks.agreement --real photos.csv bundles/base var/other

A few dozen photos with a known VIN cannot tell two bundles apart; hundreds without one can. RapidOCR votes, a
reader that is independent of them: the better bundle reads more photos as RapidOCR does, though nobody knows
which of them it reads right. And the drawn box tells how often the first line, after its second look, is the
VIN's. The photos are those without a VIN of the part that may teach (inference/splits.py), drawn with fixed
seeds: the same ones every time. What RapidOCR reads is kept under var/bench, so that it is asked once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.read import WORKPLACE, rival_python
from benchmarks.runner import ask
from inference.bundle import DEFAULT_BUNDLE
from inference.comparison import mcnemar_test
from inference.metrics import wilson_interval
from training.boxed_photos import BoxedPhoto, list_boxed_photos, match_boxes

UNREAD, UNREAD_SEED = 800, 11
"""The draw that decisions 0032 and 0037 rest on."""
BOXED, BOXED_SEED = 500, 5

KEPT = WORKPLACE / "rapidocr-3.10.jsonl"

Hits = Mapping[str, Sequence[bool]]
"""By bundle: of each photo, in the same order for all, whether it was read, or found, as asked for."""


def main() -> None:
    options = _parse()
    pool = [photo for photo in list_boxed_photos(options.real, part="train") if not photo.vin]
    unread = draw(pool, min(options.limit or UNREAD, UNREAD), seed=UNREAD_SEED)
    boxed = draw(pool, min(options.limit or BOXED, BOXED), seed=BOXED_SEED)
    folder = options.real.parent.resolve()
    votes = _ask_rival([str(folder / photo.file) for photo in unread], kept=options.kept)
    voted = sum(vote is not None for vote in votes.values())
    read = {str(bundle): _read(bundle, votes) for bundle in options.bundles}
    print(format_table(f"read as RapidOCR reads, which finds a VIN in {voted}", read), end="\n\n")
    found = {str(bundle): _find(bundle, boxed, folder) for bundle in options.bundles}
    print(format_table("first line found, IoU 0.5", found))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.agreement", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--real", type=Path, required=True, help="a CSV of photos: columns file, vin, box")
    parser.add_argument("--limit", type=int, help="only the first so many of each draw")
    parser.add_argument("--kept", type=Path, default=KEPT, help="where RapidOCR's readings are kept")
    parser.add_argument("bundles", type=Path, nargs="*", default=[DEFAULT_BUNDLE])
    return parser.parse_args()


def draw(photos: Sequence[BoxedPhoto], count: int, *, seed: int) -> list[BoxedPhoto]:
    """At most `count` of the photos at random; the same ones for the same seed, and fewer are their first."""
    order = np.random.default_rng(seed).permutation(len(photos))
    return [photos[index] for index in order[:count]]


def _ask_rival(paths: Sequence[str], *, kept: Path) -> dict[str, str | None]:
    """What RapidOCR reads in each photo; every reading is kept as soon as it is there."""
    digests = {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths}
    known = dict(parse_kept(kept.read_text() if kept.exists() else ""))
    missing = [path for path in paths if digests[path] not in known]
    if missing:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with kept.open("a") as lines:
            for answer in ask(rival_python(), ["benchmarks.run_rapidocr"], missing):
                if "file" in answer:
                    photo = digests[answer["file"]]
                    known[photo] = answer["vin"]
                    print(json.dumps({"photo": photo, "vin": answer["vin"]}), file=lines, flush=True)
    return {path: known[digests[path]] for path in paths}


def parse_kept(text: str) -> Iterator[tuple[str, str | None]]:
    """The photo's SHA-256 and what was read in it; a line that a kill cut off is left out."""
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        yield row["photo"], row["vin"]


def _read(bundle: Path, votes: Mapping[str, str | None]) -> list[bool]:
    answers = ask(Path(sys.executable), ["benchmarks.run_vinloop", str(bundle.resolve())], votes)
    vins = {answer["file"]: answer["vin"] for answer in answers if "file" in answer}
    return [vote is not None and vins[path] == vote for path, vote in votes.items()]


def _find(bundle: Path, photos: Sequence[BoxedPhoto], folder: Path) -> list[bool]:
    module = ["benchmarks.run_vinloop_boxes", str(bundle.resolve()), "detector"]
    paths = [str(folder / photo.file) for photo in photos]
    answers = ask(Path(sys.executable), module, paths)
    boxes = {answer["file"]: answer["boxes"] for answer in answers if "file" in answer}
    return [
        any(match_boxes(tuple(box), photo.box).is_located for box in boxes[path][:1])
        for path, photo in zip(paths, photos, strict=True)
    ]


def format_table(title: str, hits: Hits) -> str:
    """A row for each bundle with its share, then one for each two: what the second won and lost."""
    lines = [f"{title:<64}{'photos':>7}  share (95 %)"]
    for bundle, own in hits.items():
        low, high = wilson_interval(sum(own), len(own))
        share = f"{sum(own) / max(len(own), 1):.1%} ({low:.1%} to {high:.1%})"
        lines.append(f"{bundle:<64}{sum(own):>3} of {len(own)}  {share}")
    lines += [_compare(hits, first, second) for first, second in combinations(hits, 2)]
    return "\n".join(lines)


def _compare(hits: Hits, first: str, second: str) -> str:
    changes = [int(after) - int(before) for before, after in zip(hits[first], hits[second], strict=True)]
    won, lost = changes.count(1), changes.count(-1)
    p_value = mcnemar_test(won, lost)
    said = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    return f"{second} against {first}: {won} won, {lost} lost; McNemar {said}"


if __name__ == "__main__":
    main()
