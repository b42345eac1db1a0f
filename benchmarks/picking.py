"""Picks a VIN out of the lines of text that a general engine returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inference import vin

FOLDED = str.maketrans({"O": "0", "Q": "0", "I": "1"})


def pick_vin(lines: Sequence[str], *, joined: str) -> str | None:
    """The most credible window of 17 characters; None where there is none.

    O and Q are read as 0 and I as 1, other signs than letters and digits are dropped. Of all windows, the
    first with the right check digit is taken, else the first of all; `lines` come best first, `joined` is
    tried last.
    """
    windows = [window for text in (*lines, joined) for window in _windows(text)]
    consistent = [window for window in windows if vin.has_valid_check_digit(window)]
    return next(iter(consistent or windows), None)


def _windows(text: str) -> Iterator[str]:
    folded = "".join(symbol for symbol in text.upper().translate(FOLDED) if symbol in vin.ALPHABET)
    for start in range(len(folded) - vin.LENGTH + 1):
        yield folded[start : start + vin.LENGTH]
