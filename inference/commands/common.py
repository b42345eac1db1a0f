"""What the commands share: options and progress."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from inference.bundle import DEFAULT_BUNDLE


def add_engine_options(command: argparse.ArgumentParser) -> None:
    """Which bundle reads, and with how many threads."""
    command.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE, help="the folder of another bundle")
    command.add_argument("--threads", type=positive, default=1, help="threads for the networks (1)")
    command.add_argument("--json", action="store_true", help="print JSON")


def positive(text: str) -> int:
    """A whole number of 1 or more. Raises argparse.ArgumentTypeError."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def share(text: str) -> float:
    """A number from 0 to 1. Raises argparse.ArgumentTypeError."""
    number = float(text)
    if not 0.0 <= number <= 1.0:
        raise argparse.ArgumentTypeError("must be from 0 to 1, such as 0.95")
    return number


def show_progress(done: int, total: int) -> None:
    """A line on stderr that counts up, where a person is looking."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total} photos", end="\n" if done == total else "", file=sys.stderr, flush=True)
