"""Aggregates of PostgreSQL that Django has no word for."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, Count, Field

from labeling.measures import Spread


class Quartiles(Aggregate):
    """The three quartiles of the values, interpolated, in one sort; nulls do not count."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field: Field[Any, Any] = Field()


def spread_of(column: str, name: str) -> dict[str, Aggregate]:
    """The aggregates that read_spread reads."""
    return {f"{name}_quartiles": Quartiles(column), f"{name}_n": Count(column)}


def read_spread(row: dict[str, Any], name: str) -> Spread | None:
    """None where nothing was measured."""
    if not row[f"{name}_n"]:
        return None
    lower, median, upper = row[f"{name}_quartiles"]
    return Spread(lower, median, upper, row[f"{name}_n"])
