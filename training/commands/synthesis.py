"""Commands that draw: sheets, shards and demo photos, and the fonts that they need."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from training.commands.common import SHARDS
from training.fonts import FONTS_DIR, fetch_fonts
from training.shards import write_shards
from training.synthesis.contact_sheet import write_contact_sheet
from training.synthesis.crops import KIND_SHARES
from training.synthesis.demo import write_demo_photos
from training.synthesis.plates import KINDS
from training.systems.loop import TrainingFailed

if TYPE_CHECKING:
    from training.commands.common import Commands


def add_commands(commands: Commands) -> None:
    _add_synth(commands.add_parser("synth", help="draw a contact sheet, or shards to train from"))
    _add_demo(commands.add_parser("demo", help="write demo photos"))
    _add_fonts(commands.add_parser("fonts", help="fetch open-licence fonts with npm"))


def _add_synth(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--contact-sheet", type=Path, metavar="FILE", help="a .jpg or .png to write")
    parser.add_argument("--kind", choices=KINDS, help="only this kind of plate")
    parser.add_argument("--crops", action="store_true", help="crops for the recognizer, not whole photos")
    parser.add_argument("--shards", choices=("crops", "scenes"), help="write shards for training")
    parser.add_argument("--out", type=Path, help="where the shards go")
    parser.add_argument("--count", type=int, default=20, help="photos on the sheet, or shards")
    parser.add_argument("--first", type=int, default=0, help="number of the first shard")
    parser.add_argument(
        "--mix", nargs="+", metavar="KIND=WEIGHT", help="how often shards show each kind of plate"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(command=_synth)


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(command=_demo)


def _add_fonts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=FONTS_DIR)
    parser.set_defaults(command=_fonts)


def _synth(options: argparse.Namespace) -> None:
    if options.contact_sheet is None and options.shards is None:
        raise TrainingFailed("Say what to draw: --contact-sheet FILE or --shards crops|scenes.")
    if options.contact_sheet is not None:
        write_contact_sheet(
            options.contact_sheet,
            kind=options.kind,
            count=options.count,
            seed=options.seed,
            crops=options.crops,
        )
    if options.shards is not None:
        folder = options.out or SHARDS / options.shards
        write_shards(
            options.shards,
            folder,
            seed=options.seed,
            count=options.count,
            first=options.first,
            shares=_weigh_kinds(options.mix) if options.mix else KIND_SHARES,
        )


def _weigh_kinds(weights: Sequence[str]) -> tuple[float, ...]:
    """Shares of KINDS that add up to 1, from texts such as paper=2; what is not named gets nothing."""
    given = dict.fromkeys(KINDS, 0.0)
    for text in weights:
        kind, _, weight = text.partition("=")
        try:
            given[KINDS[KINDS.index(kind)]] = float(weight)
        except ValueError:
            raise TrainingFailed(f"--mix {text}: write KIND=WEIGHT; kinds are {', '.join(KINDS)}.") from None
    total = sum(given.values())
    if min(given.values()) < 0 or not 0 < total < float("inf"):
        raise TrainingFailed("The weights of --mix must not be negative, and one must be above zero.")
    return tuple(weight / total for weight in given.values())


def _demo(options: argparse.Namespace) -> None:
    paths = write_demo_photos(options.out, options.count, options.seed)
    print(f"{len(paths)} photos in {options.out}")


def _fonts(options: argparse.Namespace) -> None:
    licences = fetch_fonts(options.out)
    print(f"{len(licences)} font families in {options.out}, their licences in LICENCES.json")
