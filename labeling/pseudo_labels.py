"""Which readings may become labels without a person, and what a sample says of those that did. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, lgamma
from typing import Any

from inference.metrics import (
    Acceptance,
    Outcome,
    choose_threshold,
    count_needed,
    trace_acceptance,
    wilson_interval,
)
from inference.vin import expects_check_digit, has_valid_check_digit, is_vin
from labeling.measures import say_percent

LEAST_TARGET, MOST_TARGET = 0.5, 0.9999
"""Between which the share of right readings may be asked for."""

ALPHA = 0.025
"""Either end of a 95 % interval errs so often."""

ALLOWED = 1
"""A sample of which nobody has said how large it is can show the target with so many wrong readings in it."""


class Objection(StrEnum):
    """What speaks against a reading, however sure the model is; empty where nothing does."""

    NONE = ""
    FAILED = "failed"
    NO_VIN = "no_vin"
    DISAGREE = "disagree"
    BARCODE = "barcode"
    CHECK_DIGIT = "check_digit"


CONTRADICTED = (Objection.BARCODE, Objection.CHECK_DIGIT)
AGREEING = (Objection.NONE, *CONTRADICTED)
"""Of readings on which both recognizers agree."""


class AuditVerdict(StrEnum):
    """What is known of a round's labels by its sample."""

    OPEN = "open"
    MET = "met"
    MISSED = "missed"


def find_objection(vin: str, stages: Mapping[str, Any]) -> Objection:
    """What speaks against a reading, from how it was read (inference.types.Stages as JSON).

    Both recognizers must have read, each alone, what the reading says. Of readings that were stored before
    stages were, nobody can say it.
    """
    if not is_vin(vin):
        return Objection.NO_VIN
    texts = [line["text"] for line in stages.get("lines", ())]
    if len(texts) < 2 or set(texts) != {vin}:
        return Objection.DISAGREE
    if stages.get("barcode_verdict") == "conflicts":
        return Objection.BARCODE
    if expects_check_digit(vin) and not has_valid_check_digit(vin):
        return Objection.CHECK_DIGIT
    return Objection.NONE


@dataclass(frozen=True, slots=True)
class Compared:
    """What the teacher read in a photo that people have labeled."""

    expected: str
    vin: str
    confidence: float
    objection: str

    @property
    def outcome(self) -> Outcome:
        """As inference.metrics has it; what would never be accepted is as if there were no VIN."""
        return (0.0 if self.objection else self.confidence, self.vin == self.expected)


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """The lowest threshold that shows the target; none where the photos are too few or too often misread."""

    target: float
    threshold: float | None
    curve: tuple[Acceptance, ...]
    n: int

    @property
    def best(self) -> float:
        """The highest precision that any threshold shows."""
        return max((each.least_precision for each in self.curve), default=0.0)

    @property
    def chosen(self) -> Acceptance | None:
        return next((each for each in self.curve if each.threshold == self.threshold), None)

    @property
    def problem(self) -> str:
        """Why there is none, and what can be done, in sentences; empty where there is one."""
        if self.threshold is not None:
            return ""
        fit = self.curve[-1] if self.curve else Acceptance(0.0, self.n, 0, 0)
        best = self.best
        offer = f"Ask for {floor_percent(best)} or less" if best >= LEAST_TARGET else "Ask for less"
        agreed, wrong = fit.accepted, fit.accepted - fit.right
        return (
            f"No threshold shows that {say_percent(self.target)} of the accepted readings are right. That "
            f"takes {count_needed(self.target):,} validation readings, all of them right. Here are "
            f"{self.n:,}: on {agreed:,} both recognizers agree and nothing contradicts, and {wrong:,} of "
            f"these are wrong. {offer}, or annotate more photos, freeze them and start another round."
        )


def find_shortage(n: int, *, target: float) -> str:
    """Why so few validation photos cannot show the target, even if all are read right; empty if they can."""
    if n >= count_needed(target):
        return ""
    best = wilson_interval(n, n)[0]
    offer = f"Ask for {floor_percent(best)} or less, or annotate" if best >= LEAST_TARGET else "Annotate"
    return (
        f"To show that {say_percent(target)} of the accepted readings are right takes "
        f"{count_needed(target):,} validation photos at least, all of them read right, and there are {n:,}. "
        f"{offer} more photos, freeze them and start another round."
    )


def choose(compared: Sequence[Compared], *, target: float) -> ThresholdChoice:
    """The threshold by the lower end of the 95 % interval, as `python -m inference evaluate` chooses it."""
    outcomes = [each.outcome for each in compared]
    return ThresholdChoice(
        target=target,
        threshold=choose_threshold(outcomes, precision=target),
        curve=trace_acceptance(outcomes),
        n=len(outcomes),
    )


def floor_percent(share: float) -> str:
    """In tenths, never more than there is: for what may be promised."""
    return f"{int(share * 1000) / 10:g} %"


@dataclass(frozen=True, slots=True)
class Audit:
    """A random `sample` of a round's `accepted` labels, of which people have found some right and some wrong.

    All that is said holds for these labels and no others, so the intervals are exact ones of a finite
    population: whoever has looked at all of them knows the precision.
    """

    accepted: int
    sample: int
    right: int
    wrong: int
    target: float

    @property
    def checked(self) -> int:
        return self.right + self.wrong

    @property
    def waiting(self) -> int:
        return max(self.sample - self.checked, 0)

    @property
    def share(self) -> float | None:
        return self.right / self.checked if self.checked else None

    @property
    def interval(self) -> tuple[float, float]:
        """Of the precision, 95 %."""
        return bound_precision(self.wrong, self.checked, self.accepted)

    @property
    def verdict(self) -> AuditVerdict:
        """Missed as soon as the rest of the sample, all of it right, could not show the target any more."""
        if bound_precision(self.wrong, max(self.sample, self.checked), self.accepted)[0] < self.target:
            return AuditVerdict.MISSED
        return AuditVerdict.OPEN if self.waiting else AuditVerdict.MET


def bound_precision(wrong: int, checked: int, total: int, *, alpha: float = ALPHA) -> tuple[float, float]:
    """The exact interval of the share of `total` that is right, from a random sample without replacement.

    Each end is the last number of wrong ones with which such a sample is not less probable than `alpha`
    (Buonaccorsi 1987, The American Statistician 41). (0, 1) where nothing was looked at.
    """
    if not checked or not total:
        return 0.0, 1.0
    most = _find_last(wrong, total - (checked - wrong), lambda k: _at_most(wrong, total, k, checked) > alpha)
    least = (
        0
        if not wrong
        else total
        - _find_last(
            checked - wrong,
            total - wrong,
            lambda k: _at_most(checked - wrong, total, k, checked) > alpha,
        )
    )
    return 1 - most / total, 1 - least / total


def size_sample(total: int, *, target: float, wanted: int) -> int:
    """How many of `total` labels people look at: as many as are wanted, yet enough to show the target.

    Where nobody says how many (0), the target can be shown with ALLOWED wrong ones in the sample.
    """
    fewest = _find_size(total, target, 0 if wanted else ALLOWED)
    return min(max(wanted, fewest), total)


def _find_size(total: int, target: float, wrong: int) -> int:
    """The smallest sample that shows the target with so many wrong; all where none smaller does."""
    low, high = min(wrong + 1, total), total
    while low < high:
        middle = (low + high) // 2
        if bound_precision(wrong, middle, total)[0] >= target:
            high = middle
        else:
            low = middle + 1
    return low


def _find_last(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The last number from `low` to `high` for which `holds`, which it does for the first."""
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _at_most(found: int, total: int, marked: int, drawn: int) -> float:
    """The probability that at most `found` of `drawn` are marked (hypergeometric)."""
    fewest = max(0, drawn - (total - marked))
    return sum(
        _exactly(count, total, marked, drawn) for count in range(fewest, min(found, marked, drawn) + 1)
    )


def _exactly(count: int, total: int, marked: int, drawn: int) -> float:
    return exp(
        _log_choose(marked, count) + _log_choose(total - marked, drawn - count) - _log_choose(total, drawn)
    )


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
