"""What people send, checked and brought into one form before it is stored."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from inference import geometry, vin
from labeling.errors import DomainError
from labeling.models.comment import LAST_INDEX, LONGEST_COMMENT

UNKNOWN = "?"
MAX_CHARACTERS = 40
MAX_ALTERNATIVES = 10
MAX_REASON = 500
_EDGE = 1.0
"""A corner may lie so many pixels outside of the photo: screens round."""


class InvalidText(DomainError):
    """The text is neither a VIN nor one with '?' at the positions that cannot be read."""

    code = "invalid_text"


class InvalidCharacters(DomainError):
    """The character boxes or the region cannot be boxes in this photo."""

    code = "invalid_characters"


class InvalidReason(DomainError):
    """A reason is missing or too long."""

    code = "invalid_reason"


class InvalidComment(DomainError):
    """A comment says nothing, too much, or is about a character that no VIN has."""

    code = "invalid_comment"


class InvalidName(DomainError):
    """A name is missing or too long."""

    code = "invalid_name"


def clean_text(text: Any) -> str:
    """17 symbols in capitals, '?' where a position cannot be read. Raises InvalidText."""
    cleaned = _to_capitals(text)
    problems = vin.find_problems(cleaned.replace(UNKNOWN, "0"))
    if not problems and cleaned.strip(UNKNOWN) == "":
        problems = ("No position was read. Mark the photo as unreadable instead.",)
    if problems:
        raise InvalidText(" ".join(problems), fields={"text": " ".join(problems)})
    return cleaned


def clean_draft_text(text: Any) -> str:
    """Like clean_text, but not finished: from 0 to 17 symbols. Raises InvalidText."""
    cleaned = _to_capitals(text)
    problems = vin.find_problems(cleaned.replace(UNKNOWN, "0").ljust(vin.LENGTH, "0"))
    if problems:
        raise InvalidText(" ".join(problems), fields={"text": " ".join(problems)})
    return cleaned


def clean_characters(characters: Any, *, text: str, width: int, height: int) -> list[dict[str, Any]]:
    """Character boxes in the order of their index. Raises InvalidCharacters.

    Where the text has a symbol for a box, the box gets it: the two never tell different things.
    """
    if not isinstance(characters, Sequence) or isinstance(characters, str):
        raise _invalid("characters", "The character boxes must be a list.")
    if len(characters) > MAX_CHARACTERS:
        raise _invalid("characters", f"There are more than {MAX_CHARACTERS} character boxes.")
    cleaned = [
        _clean_character(character, f"characters.{place}", text, width, height)
        for place, character in enumerate(characters)
    ]
    if len({character["index"] for character in cleaned}) < len(cleaned):
        raise _invalid("characters", "Two character boxes have the same index.")
    return sorted(cleaned, key=lambda character: character["index"])


def clean_region(region: Any, *, width: int, height: int) -> list[list[float]] | None:
    """A convex quad inside the photo, or None. Raises InvalidCharacters."""
    if region is None:
        return None
    quad = _clean_quad(region, "region", width, height)
    if not geometry.is_convex(geometry.quad_from_points(quad)):
        raise _invalid("region", "The sides of the region cross each other, or it is bent inwards.")
    return quad


def clean_reason(reason: Any, *, what: str = "a reason") -> str:
    """One to 500 printable characters. Raises InvalidReason."""
    cleaned = clean_line(reason)
    if not cleaned or len(cleaned) > MAX_REASON:
        raise InvalidReason(
            f"Give {what} in 1 to {MAX_REASON} characters.", fields={"reason": "missing or too long"}
        )
    return cleaned


def clean_comment(text: Any) -> str:
    """One to 1000 printable characters in lines. Raises InvalidComment."""
    lines = [clean_line(line) for line in text.splitlines()] if isinstance(text, str) else []
    cleaned = "\n".join(lines).strip()
    if not cleaned or len(cleaned) > LONGEST_COMMENT:
        raise InvalidComment(
            f"Write 1 to {LONGEST_COMMENT} characters.", fields={"text": "missing or too long"}
        )
    return cleaned


def clean_comment_index(index: Any) -> int | None:
    """The character that a comment is about; None for the photo. Raises InvalidComment."""
    if index is None or (isinstance(index, int) and not isinstance(index, bool) and 0 <= index <= LAST_INDEX):
        return index
    raise InvalidComment(f"A character's index is 0 to {LAST_INDEX}.", fields={"index": "out of range"})


def clean_name(name: Any, *, limit: int = 100) -> str:
    """One to `limit` printable characters. Raises InvalidName."""
    cleaned = clean_line(name)
    if not cleaned or len(cleaned) > limit:
        raise InvalidName(f"Give a name of 1 to {limit} characters.", fields={"name": "missing or too long"})
    return cleaned


def clean_file_name(name: Any) -> str:
    """The last part of a file's name, for people only: no path is ever made of it."""
    last = PurePosixPath(clean_line(name).replace("\\", "/")).name
    return last[-200:] or "photo"


def clean_line(text: Any) -> str:
    """The text without what no line of text holds: controls, lone surrogates, unassigned code points."""
    if not isinstance(text, str):
        return ""
    spaced = "".join(" " if character.isspace() else character for character in text)
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs", "Cn", "Co")).strip()


def _to_capitals(text: Any) -> str:
    """Only ASCII letters are raised: 'ß' would become 'SS', and other scripts shall be seen as they are."""
    if not isinstance(text, str):
        raise InvalidText("The text is missing.", fields={"text": "The text is missing."})
    return "".join(symbol.upper() if symbol.isascii() else symbol for symbol in text.strip())


def _clean_character(data: Any, field: str, text: str, width: int, height: int) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise _invalid(field, "A character box must be an object.")
    index = _clean_index(data.get("index"), field)
    symbol = text[index] if index < len(text) else _clean_symbol(data.get("symbol"), field)
    quad = data.get("quad")
    return {
        "index": index,
        "symbol": symbol,
        "confidence": _clean_confidence(data.get("confidence"), field),
        "quad": None if quad is None else _clean_quad(quad, f"{field}.quad", width, height),
        "alternatives": _clean_alternatives(data.get("alternatives"), field),
        "edited": data.get("edited") is True,
    }


def _clean_index(value: Any, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_CHARACTERS:
        raise _invalid(f"{field}.index", f"The index must be a whole number from 0 to {MAX_CHARACTERS - 1}.")
    return value


def _clean_symbol(value: Any, field: str) -> str:
    symbol = _to_capitals(value) if isinstance(value, str) else ""
    if symbol != UNKNOWN and symbol not in vin.VALUES:
        raise _invalid(f"{field}.symbol", "The symbol must be one that a VIN can hold, or '?'.")
    return symbol


def _clean_confidence(value: Any, field: str) -> float | None:
    if value is None:
        return None
    number = _finite(value, f"{field}.confidence")
    if not 0 <= number <= 1:
        raise _invalid(f"{field}.confidence", "A confidence must be between 0 and 1.")
    return number


def _clean_alternatives(value: Any, field: str) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MAX_ALTERNATIVES:
        raise _invalid(
            f"{field}.alternatives", f"The alternatives must be a list of at most {MAX_ALTERNATIVES}."
        )
    if not all(isinstance(item, Mapping) for item in value):
        raise _invalid(f"{field}.alternatives", "An alternative must be an object.")
    return [
        {
            "symbol": _clean_symbol(item.get("symbol"), field),
            "confidence": _clean_confidence(item.get("confidence"), field),
        }
        for item in value
    ]


def _clean_quad(points: Any, field: str, width: int, height: int) -> list[list[float]]:
    if not isinstance(points, Sequence) or isinstance(points, str) or len(points) != 4:
        raise _invalid(field, "A box needs four corners.")
    quad = [_clean_point(point, field, width, height) for point in points]
    if geometry.polygon_area(geometry.quad_from_points(quad)) < 1.0:
        raise _invalid(field, "A box must not be flat: its area is zero.")
    return quad


def _clean_point(point: Any, field: str, width: int, height: int) -> list[float]:
    if not isinstance(point, Sequence) or isinstance(point, str) or len(point) != 2:
        raise _invalid(field, "A corner needs x and y.")
    x, y = (_finite(value, field) for value in point)
    if not (-_EDGE <= x <= width + _EDGE and -_EDGE <= y <= height + _EDGE):
        raise _invalid(field, "A corner lies outside of the photo.")
    return [min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))]


def _finite(value: Any, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(_as_float(value)):
        raise _invalid(field, "Coordinates and confidences must be finite numbers.")
    return _as_float(value)


def _as_float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _invalid(field: str, message: str) -> InvalidCharacters:
    return InvalidCharacters(message, fields={field: message})
