"""JSON bodies, without what JSON lets through by accident."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from labeling import strict_json


class StrictJSONParser(BaseParser):
    """One JSON object, held to the rules of labeling.strict_json."""

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
        value = strict_json.parse_strictly(body)
    except strict_json.InvalidJson as error:
        raise ParseError(str(error)) from error
    if not isinstance(value, dict):
        raise ParseError("The body must be a JSON object: {...}.")
    return value
