"""The rules of vehicle identification numbers: ISO 3779, and the check digit of 49 CFR 565 and GB 16735.

Nothing here guesses: a text is judged as it is written, and never repaired.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
"""The 33 symbols of ISO 3779: the digits and the letters without I, O and Q."""

LENGTH = 17
CHECK_DIGIT_INDEX = 8
CHECK_DIGITS = "0123456789X"
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)

VALUES = {
    symbol: int(value) for symbol, value in zip(ALPHABET, "012345678912345678123457923456789", strict=True)
}
"""What each symbol counts in the check sum (49 CFR 565.15, table III)."""


class NotAVin(ValueError):
    """The text has another length than 17 or holds a symbol that no VIN has."""


def is_vin(text: str) -> bool:
    """Whether the text has 17 symbols of the alphabet. The check digit is not looked at."""
    return len(text) == LENGTH and all(symbol in VALUES for symbol in text)


def check_digit(vin: str) -> str:
    """The check digit that belongs at position 9 of this VIN. Raises NotAVin."""
    if not is_vin(vin):
        raise NotAVin("; ".join(find_problems(vin)))
    total = sum(VALUES[symbol] * weight for symbol, weight in zip(vin, WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]


def has_valid_check_digit(vin: str) -> bool:
    """Raises NotAVin."""
    return check_digit(vin) == vin[CHECK_DIGIT_INDEX]


def expects_check_digit(vin: str) -> bool:
    """Whether the country of the maker (ISO 3780) demands a check digit: North America and China."""
    first, second = vin[:1], vin[1:2]
    return first in set("12345L") or (first == "7" and second != "" and second not in "ABCDE")


def find_problems(text: str) -> tuple[str, ...]:
    """What keeps the text from being a VIN, in sentences for whoever typed it; empty where it is one."""
    problems = []
    if len(text) != LENGTH:
        problems.append(f"A VIN has {LENGTH} characters; this has {len(text)}.")
    foreign = sorted({symbol for symbol in text if symbol not in VALUES})
    if foreign:
        listed = ", ".join(_describe(symbol) for symbol in foreign[:5])
        problems.append(
            f"A VIN holds only digits and capital letters without I, O and Q; this holds {listed}."
        )
    return tuple(problems)


def _describe(symbol: str) -> str:
    """The symbol, with its code point where it may look like another one."""
    if symbol == " ":
        return "a space"
    if symbol.isascii() and symbol.isprintable():
        return symbol
    return f"U+{ord(symbol):04X}"
