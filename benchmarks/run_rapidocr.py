"""Reads the photos named on stdin with RapidOCR, in a virtual environment of its own.

With its default settings, but for one thread.
"""

from __future__ import annotations

from benchmarks.picking import pick_vin
from benchmarks.runner import answer_all, pin_to_one_processor

pin_to_one_processor()

from rapidocr import RapidOCR  # noqa: E402  (it must find the environment as it is now)

ONE_THREAD = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Global.log_level": "error",
}


def main() -> None:
    engine = RapidOCR(params=ONE_THREAD)
    answer_all(lambda path: _read(engine, path))


def _read(engine: RapidOCR, path: str) -> str | None:
    output = engine(path)
    if output.txts is None:
        return None
    scored = sorted(zip(output.scores, output.txts, strict=True), reverse=True)
    return pick_vin([text for _, text in scored], joined="".join(output.txts))


if __name__ == "__main__":
    main()
