"""Pages of long lists by keyset: the cursor holds the last row's values, so no page skips rows or is slow."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from labeling.errors import DomainError

Row = TypeVar("Row")
MAX_LIMIT = 200


class InvalidCursor(DomainError):
    """The cursor was not made by this list."""

    code = "invalid_cursor"
    default_message = "This list does not know where to go on. Load it from its beginning."


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of those that follow; None where none do."""

    items: list[Row] = field(default_factory=list)
    next_cursor: str | None = None


def encode_cursor(values: Sequence[Any]) -> str:
    content = json.dumps([None if value is None else str(value) for value in values])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, length: int) -> list[str | None]:
    """Raises InvalidCursor."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error) as error:
        raise InvalidCursor from error
    plain = isinstance(values, list) and all(value is None or isinstance(value, str) for value in values)
    if not plain or len(values) != length:
        raise InvalidCursor
    return values


def clamp_limit(limit: int) -> int:
    return max(1, min(limit, MAX_LIMIT))
