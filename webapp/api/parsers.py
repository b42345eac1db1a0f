"""JSON bodies, without what JSON lets through by accident."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 12
MAX_INTEGER = 2**53
"""Beyond it a browser can no longer tell neighboring integers apart."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and lone surrogates: PostgreSQL stores neither, and UTF-8 has no form for the second."""


class StrictJSONParser(BaseParser):
    """One JSON object of bounded depth, holding only what the database can store.

    Refuses NaN and Infinity, numbers out of range, names given twice, lone surrogates and NUL.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        return parse_strictly(stream.read())


def parse_strictly(body: bytes) -> dict[str, Any]:
    """The object in a JSON body. Raises ParseError with what is wrong."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_parse_float,
            parse_int=_parse_integer,
            object_pairs_hook=_unique_names,
        )
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.") from error
    except RecursionError as error:
        raise ParseError("The JSON is nested too deeply.") from error
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise ParseError("The body must be a JSON object: {...}.")
    _check_values(value)
    return value


def _refuse_constant(name: str) -> float:
    raise ParseError(f"{name} is not a JSON number.")


def _parse_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ParseError("A number is too large.")
    return number


def _parse_integer(text: str) -> int:
    # Counted before it is converted: a conversion takes quadratic time in the number of digits.
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise ParseError("A whole number is too large.")
    return int(text)


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ParseError("An object has the same name twice.")
    return members


def _check_values(root: Any) -> None:
    waiting: list[tuple[Any, int]] = [(root, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ParseError("The JSON is nested too deeply.")
        if isinstance(value, str):
            _check_text(value)
        waiting.extend((inner, depth + 1) for inner in _inner_values(value))


def _check_text(text: str) -> None:
    if _UNSTORABLE.search(text):
        raise ParseError("A text holds a NUL or half of a surrogate pair.")


def _inner_values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list):
        yield from value
