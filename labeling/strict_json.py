"""JSON without what JSON lets through by accident."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

MAX_DEPTH = 12
MAX_INTEGER = 2**53
"""Beyond it a browser can no longer tell neighboring integers apart."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and lone surrogates: PostgreSQL stores neither, and UTF-8 has no form for the second."""


class InvalidJson(ValueError):
    """What is wrong with the text, in a sentence."""


def parse_strictly(body: bytes, *, what: str = "The body") -> Any:
    """The value in a JSON text of bounded depth that holds only what the database can store.

    Refuses NaN and Infinity, numbers out of range, names given twice, lone surrogates and NUL.
    Raises InvalidJson; its sentence begins with `what` where it speaks of the whole.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_float=_parse_float,
            parse_int=_parse_integer,
            object_pairs_hook=_unique_names,
        )
    except UnicodeDecodeError as error:
        raise InvalidJson(f"{what} is not UTF-8.") from error
    except RecursionError as error:
        raise InvalidJson("The JSON is nested too deeply.") from error
    except InvalidJson:
        raise
    except ValueError as error:
        raise InvalidJson(f"{what} is not JSON: {error}.") from error
    _check_values(value)
    return value


def _refuse_constant(name: str) -> float:
    raise InvalidJson(f"{name} is not a JSON number.")


def _parse_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise InvalidJson("A number is too large.")
    return number


def _parse_integer(text: str) -> int:
    # Counted before it is converted: a conversion takes quadratic time in the number of digits.
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise InvalidJson("A whole number is too large.")
    return int(text)


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("An object has the same name twice.")
    return members


def _check_values(root: Any) -> None:
    waiting: list[tuple[Any, int]] = [(root, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise InvalidJson("The JSON is nested too deeply.")
        if isinstance(value, str) and _UNSTORABLE.search(value):
            raise InvalidJson("A text holds a NUL or half of a surrogate pair.")
        waiting.extend((inner, depth + 1) for inner in _inner_values(value))


def _inner_values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list):
        yield from value
