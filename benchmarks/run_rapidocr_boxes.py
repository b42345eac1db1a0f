"""Finds all lines of text in the photos named on stdin with RapidOCR's detector, in its own environment.

With its default settings, but for one thread; its recognizer is left out.
"""

from __future__ import annotations

from benchmarks.runner import answer_all, pin_to_one_processor

pin_to_one_processor()

from rapidocr import RapidOCR  # noqa: E402  (it must find the environment as it is now)

from benchmarks.run_rapidocr import ONE_THREAD  # noqa: E402


def main() -> None:
    engine = RapidOCR(params=ONE_THREAD)
    answer_all(lambda path: _detect(engine, path), name="boxes")


def _detect(engine: RapidOCR, path: str) -> list[list[float]]:
    quads = engine(path, use_cls=False, use_rec=False).boxes
    if quads is None:
        return []
    return [[*map(float, quad.min(axis=0)), *map(float, quad.max(axis=0))] for quad in quads]


if __name__ == "__main__":
    main()
