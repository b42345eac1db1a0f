"""Picks a VIN out of the lines of text that a general engine returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inference import vin

FOLDED = str.maketrans({"O": "0", "Q": "0", "I": "1"})


def pick_vin(lines: Sequence[str], *, joined: str) -> str | None:
    """The most credible window of 17 characters; None where there is none.

    O and Q are read as 0 and I as 1, other signs than letters and digits are dropped. A window that is a
    whole line, ends in digits, or has the right check digit is the more credible; of equals, that of the
    earlier line (`lines` come best first), and the later one in it, behind a word such as VIN. `joined`, all
    lines in a row, is tried where no line holds enough.
    """
    windows = [window for text in lines for window in _windows(text)]
    if not windows:
        windows = list(_windows(joined))
    return max(windows, key=_credibility, default=("", False))[0] or None


def _credibility(window: tuple[str, bool]) -> int:
    text, is_whole_line = window
    return 2 * is_whole_line + 2 * text[-4:].isdigit() + vin.has_valid_check_digit(text)


def _windows(text: str) -> Iterator[tuple[str, bool]]:
    """Every run of 17 characters, from the last, and whether it is all of the text."""
    folded = "".join(symbol for symbol in text.upper().translate(FOLDED) if symbol in vin.ALPHABET)
    for start in reversed(range(len(folded) - vin.LENGTH + 1)):
        yield folded[start : start + vin.LENGTH], len(folded) == vin.LENGTH
