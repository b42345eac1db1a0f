"""Reads the photos named on stdin with RapidOCR, in a virtual environment of its own.

A general engine returns lines of text. The VIN is picked out of them: O and Q are read as 0 and I as 1, other
signs than letters and digits are dropped, and of all windows of 17 characters the first with the right check
digit is taken, else the first of all; the lines in the order of their scores, then all of them joined.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.runner import answer_all, pin_to_one_processor

pin_to_one_processor()

from rapidocr import RapidOCR  # noqa: E402  (it must find the environment as it is now)

from inference import vin  # noqa: E402

ONE_THREAD = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Global.log_level": "error",
}
FOLDED = str.maketrans({"O": "0", "Q": "0", "I": "1"})


def main() -> None:
    engine = RapidOCR(params=ONE_THREAD)
    answer_all(lambda path: _read(engine, path))


def _read(engine: RapidOCR, path: str) -> str | None:
    output = engine(path)
    if output.txts is None:
        return None
    scored = sorted(zip(output.scores, output.txts, strict=True), reverse=True)
    return pick_vin([text for _, text in scored], joined="".join(output.txts))


def pick_vin(lines: list[str], *, joined: str) -> str | None:
    """The most credible window of 17 characters; None where there is none."""
    windows = [window for text in (*lines, joined) for window in _windows(text)]
    consistent = [window for window in windows if vin.has_valid_check_digit(window)]
    return next(iter(consistent or windows), None)


def _windows(text: str) -> Iterator[str]:
    folded = "".join(symbol for symbol in text.upper().translate(FOLDED) if symbol in vin.ALPHABET)
    for start in range(len(folded) - vin.LENGTH + 1):
        yield folded[start : start + vin.LENGTH]


if __name__ == "__main__":
    main()
