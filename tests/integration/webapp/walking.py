"""Every address of the product, filled with the keys of things that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One route of the URL configuration, such as `/p/<slug:slug>/runs/`."""

    name: str
    route: str
    view: Any

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(name for _, name in PARAMETER.findall(self.route))

    def fill(self, keys: dict[str, object]) -> str:
        """The address with these keys. Raises KeyError where a parameter has none."""
        return PARAMETER.sub(lambda match: str(keys[match.group(2)]), self.route)


def walk(patterns: list[Any] | None = None, prefix: str = "/") -> Iterator[Address]:
    """All addresses but those of Django's own admin, which are Django's to test."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield Address(pattern.name or "", route, pattern.callback)
