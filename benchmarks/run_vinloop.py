"""Reads the photos named on stdin with this project's engine."""

from __future__ import annotations

import sys

from benchmarks.runner import answer_all, pin_to_one_processor

pin_to_one_processor()

from inference import load_reader  # noqa: E402  (its libraries must find the environment as it is now)


def main() -> None:
    reader = load_reader(sys.argv[1] if len(sys.argv) > 1 else None)
    answer_all(lambda path: reader.read_file(path).vin)


if __name__ == "__main__":
    main()
