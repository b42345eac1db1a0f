"""Does the engine refuse photos that nobody can read, for the right reason, and no others?

    python -m benchmarks.quality --count 40

Renders photos that are spoilt beyond reading, each for one known reason, and readable ones, from seeds that
nothing was trained on, and reads them as the service does.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference import load_reader
from inference.bundle import DEFAULT_BUNDLE
from inference.metrics import wilson_interval
from inference.quality import HELPED_BY
from inference.types import QualityCode, Reading
from training.synthesis.unreadable import CAUSES, render_judged

SEED = 31_000
READABLE_SHARE = 3
"""Readable photos for every one of each cause."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was the matter with a photo, and what the engine said; `advised` is the first of its issues."""

    cause: QualityCode | None
    is_refused: bool
    advised: QualityCode | None
    mentioned: tuple[QualityCode, ...]

    @property
    def is_advised_right(self) -> bool:
        """Refused, and the first advice is the one that helps."""
        if self.cause is None or self.advised is None or not self.is_refused:
            return False
        return self.advised in (self.cause, *HELPED_BY.get(self.cause, ()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40, help="photos for each cause (40)")
    parser.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE)
    options = parser.parse_args()
    print(format_table(list(judge_photos(options.bundle, options.count))))


def judge_photos(bundle: Path, count: int) -> Iterable[Outcome]:
    """`count` photos of each cause, and READABLE_SHARE times as many that can be read."""
    reader = load_reader(bundle)
    for place, cause in enumerate((*CAUSES, *[None] * READABLE_SHARE)):
        for number in range(count):
            photo = render_judged(np.random.default_rng((SEED, place, number)), cause)
            yield describe(cause, reader.read(photo.image))


def describe(cause: QualityCode | None, reading: Reading) -> Outcome:
    """A photo without a VIN is refused, whatever else is said of it."""
    mentioned = tuple(issue.code for issue in reading.quality.issues)
    return Outcome(cause, reading.vin is None, mentioned[0] if mentioned else None, mentioned)


def format_table(outcomes: Sequence[Outcome]) -> str:
    """One row for each cause: how many were refused, advised right, and what the first advice was."""
    header = (
        f"{'cause':<14}{'n':>5}  {'refused (95 %)':<24}{'right advice first':<24}{'mentioned':>9}  advised"
    )
    rows = [_row(cause, [each for each in outcomes if each.cause == cause]) for cause in CAUSES]
    spoilt = [each for each in outcomes if each.cause is not None]
    fine = [each for each in outcomes if each.cause is None]
    return "\n".join([header, *rows, _row("unreadable", spoilt), _row("readable", fine)])


def _row(name: str, outcomes: Sequence[Outcome]) -> str:
    refused = [each for each in outcomes if each.is_refused]
    right = sum(each.is_advised_right for each in outcomes)
    mentioned = sum(each.cause in each.mentioned for each in refused)
    given = Counter(each.advised for each in refused if each.advised)
    told = ", ".join(f"{code} {times}" for code, times in given.most_common())
    advised = _share(right, len(outcomes)) if name != "readable" else ""
    among = f"{mentioned / len(outcomes):>9.1%}" if outcomes and name != "readable" else " " * 9
    return (
        f"{name:<14}{len(outcomes):>5}  {_share(len(refused), len(outcomes)):<24}{advised:<24}{among}  {told}"
    )


def _share(count: int, total: int) -> str:
    low, high = wilson_interval(count, total)
    return f"{count / max(total, 1):6.1%} ({low:.1%} to {high:.1%})"


if __name__ == "__main__":
    main()
