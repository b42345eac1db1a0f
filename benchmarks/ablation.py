"""What each part of the engine is worth: reads the same photos without it.

    python -m benchmarks.ablation --photos photos.csv --part held_out --level high

A part is taken out by setting one constant of the engine for one pass over the photos. `--other` names a
bundle with other weights, to compare trainings.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from inference import fusion, pipeline, rules, search
from inference.bundle import DEFAULT_BUNDLE, load_bundle
from inference.evaluation import evaluate
from inference.labels import load_labels, path_beside
from inference.metrics import wilson_interval
from inference.snapshot import PhotoPath, Snapshot

Change = tuple[ModuleType, str, Any]

WITHOUT: dict[str, tuple[Change, ...]] = {
    "as it ships": (),
    "sequence recognizer alone": ((fusion, "CHARACTERS_SHARE", 0.0),),
    "character recognizer alone": ((fusion, "CHARACTERS_SHARE", 1.0),),
    "without the check digit": ((rules, "CHECK_DIGIT_ODDS", 0.0),),
    "without any rule of VINs": (
        (rules, "CHECK_DIGIT_ODDS", 0.0),
        (rules, "SERIAL_ODDS", 0.0),
        (rules, "MAKER_ODDS", 0.0),
        (rules, "YEAR_ODDS", 0.0),
    ),
    "without further views": ((search, "SECOND_VIEWS", ()),),
    "without bar codes": (
        (pipeline, "read_barcodes", lambda *_, **__: ()),
        (pipeline, "read_barcodes_near", lambda *_, **__: ()),
    ),
    "first region only": (
        (search, "MOST_LINES", 1),
        (search, "FURTHER_LINES", 1),
        (search, "CLOSER", float("inf")),
    ),
    "without a closer search": ((search, "CLOSER", float("inf")),),
}


def main() -> None:
    options = _parse()
    snapshot = load_labels(options.photos, level=options.level, part=options.part)
    find = path_beside(options.photos)
    print(f"{'engine':<34}{'n':>5}  {'whole VIN right (95 %)':<28}{'median ms':>10}")
    for name, changes in WITHOUT.items():
        with changed(changes):
            _print_row(name, options.bundle, snapshot, find)
    for bundle in options.other:
        _print_row(f"bundle {bundle.name}", bundle, snapshot, find)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ablation", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--photos", type=Path, required=True, help="a CSV of labeled photos: file, vin")
    parser.add_argument("--part", choices=("train", "held_out", "all"), default="held_out")
    parser.add_argument("--level", choices=("high", "all"), default="high")
    parser.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE)
    parser.add_argument("--other", type=Path, action="append", default=[], help="another bundle")
    return parser.parse_args()


@contextmanager
def changed(changes: tuple[Change, ...]) -> Iterator[None]:
    """The engine with some of its constants replaced."""
    before = [(module, name, getattr(module, name)) for module, name, _ in changes]
    for module, name, value in changes:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def _print_row(name: str, bundle: Path, snapshot: Snapshot, find: PhotoPath) -> None:
    card = evaluate(load_bundle(bundle), snapshot, "test", find)
    low, high = wilson_interval(card.exact, card.n)
    exact = f"{card.exact_match:6.1%} ({low:.1%} to {high:.1%})"
    print(f"{name:<34}{card.n:>5}  {exact:<28}{card.milliseconds_median:>10.0f}", flush=True)


if __name__ == "__main__":
    main()
