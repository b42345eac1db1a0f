"""Written rules that compare a challenger's scorecard with the champion's on the same photos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from inference.types import Scorecard


@dataclass(frozen=True, slots=True)
class GateRules:
    """How much worse a challenger may be. Shares are between 0 and 1, times in milliseconds a photo."""

    minimum_photos: int = 5
    exact_match_loss: float = 0.0
    cer_increase: float = 0.005
    calibration_increase: float = 0.05
    latency_factor: float = 1.25
    latency_allowance: float = 25.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


DEFAULT_RULES = GateRules()


@dataclass(frozen=True, slots=True)
class Reason:
    """What one rule said."""

    rule: str
    passed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """Passed where every rule did. Each rule has its reason, whichever way it went."""

    passed: bool
    reasons: tuple[Reason, ...]

    def to_json(self) -> list[dict[str, Any]]:
        return [asdict(reason) for reason in self.reasons]


class NotComparable(ValueError):
    """The scorecards are of different photos."""


def compare(*, champion: Scorecard, challenger: Scorecard, rules: GateRules = DEFAULT_RULES) -> GateResult:
    """Apply every rule. Raises NotComparable where the two did not read the same photos."""
    if _subject(champion) != _subject(challenger):
        raise NotComparable(f"{_subject(champion)} is not {_subject(challenger)}")
    reasons = tuple(_apply_rules(champion, challenger, rules))
    return GateResult(passed=all(reason.passed for reason in reasons), reasons=reasons)


def _subject(scorecard: Scorecard) -> tuple[str, str, int]:
    return (scorecard.snapshot, scorecard.split, scorecard.n)


def _apply_rules(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> Iterator[Reason]:
    yield _judge_size(challenger.n, rules)
    if challenger.n:
        yield _judge_exact_match(champion, challenger, rules)
        yield _judge_cer(champion, challenger, rules)
        yield _judge_calibration(champion, challenger, rules)
        yield _judge_latency(champion, challenger, rules)


def _judge_size(n: int, rules: GateRules) -> Reason:
    counted = f"The test split has {n} photo{'' if n == 1 else 's'}"
    if n >= rules.minimum_photos:
        return Reason("enough_photos", True, f"{counted}; {rules.minimum_photos} are enough to compare.")
    return Reason(
        "enough_photos",
        False,
        f"{counted}. With fewer than {rules.minimum_photos} nobody can tell which version is better: label "
        "more photos, or promote with a reason of your own.",
    )


def _judge_exact_match(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> Reason:
    loss = champion.exact_match - challenger.exact_match
    return Reason(
        "exact_match",
        loss <= rules.exact_match_loss + 1e-9,
        f"The challenger reads {challenger.exact} of {challenger.n} VINs right, the champion "
        f"{champion.exact}; a loss of {_percent(rules.exact_match_loss)} is allowed.",
    )


def _judge_cer(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> Reason:
    increase = challenger.cer - champion.cer
    return Reason(
        "cer",
        increase <= rules.cer_increase + 1e-9,
        f"Of the characters the challenger gets {_percent(challenger.cer)} wrong, the champion "
        f"{_percent(champion.cer)}; {_percent(rules.cer_increase)} more is allowed.",
    )


def _judge_calibration(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> Reason:
    increase = challenger.calibration_error - champion.calibration_error
    return Reason(
        "calibration",
        increase <= rules.calibration_increase + 1e-9,
        f"The challenger's confidence is off by {_percent(challenger.calibration_error)}, the champion's by "
        f"{_percent(champion.calibration_error)}; {_percent(rules.calibration_increase)} more is allowed.",
    )


def _judge_latency(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> Reason:
    limit = champion.milliseconds_median * rules.latency_factor + rules.latency_allowance
    return Reason(
        "latency",
        challenger.milliseconds_median <= limit,
        f"The challenger takes {challenger.milliseconds_median:.0f} ms a photo (median), the champion "
        f"{champion.milliseconds_median:.0f} ms; up to {limit:.0f} ms is allowed.",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
