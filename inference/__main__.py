"""The engine on the command line: python -m inference read PHOTO..., python -m inference evaluate."""

from __future__ import annotations

import argparse
import sys

from inference.bundle import InvalidBundle
from inference.commands import evaluate, read
from inference.labels import InvalidLabels


def main(arguments: list[str] | None = None) -> int:
    """The exit code: what the command says, and 2 where nothing could be done at all."""
    parser = argparse.ArgumentParser(prog="python -m inference", description="Reads VINs in photos.")
    commands = parser.add_subparsers(required=True, metavar="read | evaluate")
    read.add_command(commands)
    evaluate.add_command(commands)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (InvalidBundle, InvalidLabels, OSError) as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()  # the reader of our output has seen enough
            return 0
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
