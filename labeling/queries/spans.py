"""Stretches of time that figures are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

PERIODS: dict[str, int | None] = {"7": 7, "30": 30, "90": 90, "all": None}
"""What one may choose from, in days up to now; None is everything."""

DEFAULT_PERIOD = "30"


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, and without, `end`; None is open."""

    start: datetime | None = None
    end: datetime | None = None

    def covers(self, column: str) -> Q:
        """The condition that a row's moment lies inside."""
        inside = Q()
        if self.start is not None:
            inside &= Q(**{f"{column}__gte": self.start})
        if self.end is not None:
            inside &= Q(**{f"{column}__lt": self.end})
        return inside


def span_of(period: str, *, now: datetime) -> Span:
    """The span of one of PERIODS, from the beginning of a day, so that no day of a chart is cut."""
    days = PERIODS[period]
    if days is None:
        return Span()
    return Span((now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0))
