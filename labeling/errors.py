"""The base of every refusal that the domain makes.

A subclass lives in the module that raises it. The domain knows no HTTP: what status a refusal has is decided
in webapp/errors.py.
"""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A refusal with a stable `code`, a sentence for a person, and what is wrong with which field."""

    code = "refused"
    default_message = "This cannot be done."

    def __init__(self, message: str = "", *, fields: dict[str, Any] | None = None) -> None:
        self.message = message or self.default_message
        self.fields = fields or {}
        super().__init__(self.message)
