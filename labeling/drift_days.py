"""Days of incoming photos as values, and what the last of them say beside the first. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from labeling.drift import (
    BINS,
    Count,
    Reference,
    add_histograms,
    index_limit,
    learn_reference,
    stability_index,
)

REFERENCE = timedelta(days=14)
"""The first days of a version in service: long enough for each day of the week to come twice."""

RECENT = timedelta(days=7)
"""What is held against the reference: each day of the week once."""

MOST_DAYS = 45
"""A longer time is shown week by week."""


class Measure(StrEnum):
    CONFIDENCE = "confidence"
    REFUSED = "refused"
    CHANGED = "changed"
    EDITS = "edits"


REASON = f"{Measure.REFUSED}:"
"""What the name of a measure begins with that counts one reason alone."""

LEAST_REFERENCE = {Measure.CONFIDENCE: 200, Measure.REFUSED: 200, Measure.CHANGED: 100, Measure.EDITS: 100}
LEAST_RECENT = {Measure.CONFIDENCE: 50, Measure.REFUSED: 50, Measure.CHANGED: 30, Measure.EDITS: 30}
"""Of fewer readings nothing is said."""


@dataclass(frozen=True, slots=True)
class Day:
    """As labeling.models.DriftDay has it, for one day or several together."""

    start: date
    end: date
    readings: int = 0
    confidences: Sequence[int] = (0,) * BINS
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    changed: int = 0
    edits: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.readings and not self.accepted


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure of the last days, and where it should lie."""

    measure: str
    value: float
    band: tuple[float, float]
    usual: float
    n: int

    @property
    def is_outside(self) -> bool:
        return not self.band[0] <= self.value <= self.band[1]


@dataclass(frozen=True, slots=True)
class Usual:
    """What the reference period says of each measure; without an entry it was too short to say anything."""

    confidences: Sequence[int] | None
    references: dict[str, Reference]

    def band(self, measure: str, stretch: Day) -> tuple[float, float] | None:
        """Where the figure of a stretch should lie; None where nothing can be said."""
        if measure == Measure.CONFIDENCE:
            if self.confidences is None or not stretch.readings:
                return None
            return 0.0, index_limit(self.confidences, stretch.confidences)
        reference, n = self.references.get(measure), count(measure, stretch).n
        return reference.band(n) if reference and n else None


NOTHING = Usual(None, {})


def count(measure: str, stretch: Day) -> Count:
    """Hits and trials of a measure other than the confidence."""
    if measure.startswith(REASON):
        return Count(stretch.reasons[measure.removeprefix(REASON)], stretch.readings)
    counts: dict[str, Callable[[Day], Count]] = {
        Measure.REFUSED: lambda day: Count(day.refused, day.readings),
        Measure.CHANGED: lambda day: Count(day.changed, day.accepted),
        Measure.EDITS: lambda day: Count(day.edits, day.accepted),
    }
    return counts[measure](stretch)


def measure_value(measure: str, stretch: Day, usual: Usual) -> float | None:
    """The figure of a stretch; None where nothing was measured."""
    if measure != Measure.CONFIDENCE:
        return count(measure, stretch).value
    if usual.confidences is None or not stretch.readings:
        return None
    return stability_index(usual.confidences, stretch.confidences)


def learn_usual(days: Sequence[Day]) -> Usual:
    """What the days of a reference period say of every measure of which they have enough."""
    together = join_days(days) if days else None
    if together is None:
        return NOTHING
    references = {
        measure: reference
        for measure in list_measures(together)
        if count(measure, together).n >= LEAST_REFERENCE[_kind(measure)]
        and (reference := _learn(measure, days)) is not None
    }
    is_enough = together.readings >= LEAST_REFERENCE[Measure.CONFIDENCE]
    return Usual(together.confidences if is_enough else None, references)


def list_measures(*stretches: Day) -> list[str]:
    """Every measure but the confidence, with one for each reason that occurs in the stretches."""
    reasons = sorted({reason for stretch in stretches for reason in stretch.reasons})
    return [Measure.REFUSED, Measure.CHANGED, Measure.EDITS, *(f"{REASON}{reason}" for reason in reasons)]


def judge(usual: Usual, reference: Sequence[Day], recent: Sequence[Day]) -> list[Finding]:
    """What can be said of the last days: a finding for each measure of which both sides have enough."""
    if not reference or not recent:
        return []
    before, now = join_days(reference), join_days(recent)
    findings = []
    for measure in (Measure.CONFIDENCE, *list_measures(before, now)):
        band, value = _band(usual, measure, before, now), measure_value(measure, now, usual)
        n = now.readings if measure == Measure.CONFIDENCE else count(measure, now).n
        if band is not None and value is not None and n >= LEAST_RECENT[_kind(measure)]:
            was = 0.0 if measure == Measure.CONFIDENCE else count(measure, before).value or 0.0
            findings.append(Finding(measure, value, band, was, n))
    return findings


def join_days(days: Sequence[Day]) -> Day:
    """Several stretches as one."""
    return Day(
        start=min(day.start for day in days),
        end=max(day.end for day in days),
        readings=sum(day.readings for day in days),
        confidences=add_histograms([day.confidences for day in days]),
        refused=sum(day.refused for day in days),
        reasons=sum((day.reasons for day in days), Counter()),
        accepted=sum(day.accepted for day in days),
        changed=sum(day.changed for day in days),
        edits=sum(day.edits for day in days),
    )


def list_stretches(days: Sequence[Day], *, since: date, until: date) -> list[Day]:
    """From one day to the other, both included, day by day, or week by week where that is long."""
    length = 1 if (until - since).days < MOST_DAYS else 7
    within: dict[int, list[Day]] = {}
    for day in days:
        within.setdefault((day.start - since).days // length, []).append(day)
    stretches = []
    for place in range((until - since).days // length + 1):
        start = since + timedelta(days=place * length)
        end = start + timedelta(days=length)
        stretches.append(join_days([Day(start, end), *within.get(place, [])]))
    return stretches


def _band(usual: Usual, measure: str, before: Day, now: Day) -> tuple[float, float] | None:
    """A reason that the reference never had is held against none of its readings."""
    if measure.startswith(REASON) and measure not in usual.references and Measure.REFUSED in usual.references:
        never = learn_reference([Count(0, before.readings)], is_share=True)
        return never.band(now.readings) if never and now.readings else None
    return usual.band(measure, now)


def _learn(measure: str, days: Sequence[Day]) -> Reference | None:
    return learn_reference([count(measure, day) for day in days], is_share=measure != Measure.EDITS)


def _kind(measure: str) -> Measure:
    return Measure(measure.split(":")[0])
