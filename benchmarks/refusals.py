"""How many photos that a person has read does the engine refuse, and did it read them right?

python -m benchmarks.refusals --photos photos.csv --part train
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inference import load_reader
from inference.bundle import DEFAULT_BUNDLE
from inference.labels import load_labels, path_beside
from inference.metrics import wilson_interval
from inference.types import Reading


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a photo was refused, and whether the likeliest VIN in it was the right one all the same."""

    is_refused: bool
    is_right: bool

    @classmethod
    def of(cls, reading: Reading, expected: str) -> Judgement:
        candidates = reading.stages.candidates
        likeliest = reading.vin or (candidates[0].vin if candidates else None)
        return cls(reading.vin is None, likeliest == expected)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.refusals", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--photos", type=Path, required=True, help="photos (CSV): columns file, vin, box")
    parser.add_argument("--part", choices=("train", "held_out"), default="train")
    parser.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE)
    options = parser.parse_args()
    reader, path_of = load_reader(options.bundle), path_beside(options.photos)
    items = load_labels(options.photos, part=options.part).items
    print(format_table([Judgement.of(reader.read_file(path_of(item.photo)), item.vin) for item in items]))


def format_table(judgements: Sequence[Judgement]) -> str:
    right = [each for each in judgements if each.is_right]
    wrong = [each for each in judgements if not each.is_right]
    rows = {"all": judgements, "read right": right, "misread": wrong}
    return "\n".join(f"{name:<12}{_write_refused(chosen)}" for name, chosen in rows.items())


def _write_refused(judgements: Sequence[Judgement]) -> str:
    refused = sum(each.is_refused for each in judgements)
    low, high = wilson_interval(refused, len(judgements))
    share = refused / max(len(judgements), 1)
    return f"{refused:>4} of {len(judgements):>4} refused, {share:.1%} ({low:.1%} to {high:.1%})"


if __name__ == "__main__":
    main()
