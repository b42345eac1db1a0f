"""Where a reading goes after its submit: pure rules. The shares come in, and so does the key of the draw.

A draw looks random and is none: it is a keyed hash of what it is about. Nobody without the key can predict
it, and whoever asks again, after a retry or a submit that was taken back, gets the same answer.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Protocol

from inference.metrics import wilson_interval

ENOUGH_TRIALS = 30
"""Of a person of whom fewer judgements are known, an adaptive policy has everything reviewed."""

LEAST_SHARE = 0.05
"""An adaptive share never falls below this or the policy's own: who is not measured cannot be trusted."""


class ReviewRules(Protocol):
    """What a policy says about reviews."""

    review_share: float
    is_adaptive: bool
    target_error: float


@dataclass(frozen=True, slots=True)
class MeasuredError:
    """How often somebody's readings were found wrong: `errors` of `trials`."""

    errors: int = 0
    trials: int = 0

    @property
    def rate(self) -> float | None:
        return self.errors / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % (Wilson 1927)."""
        return wilson_interval(self.errors, self.trials)

    @property
    def is_enough(self) -> bool:
        return self.trials >= ENOUGH_TRIALS


def draw(*, key: str, purpose: str, about: object) -> float:
    """A number from 0 up to, and without, 1; evenly spread over what it is about (HMAC-SHA256)."""
    digest = hmac.digest(key.encode(), f"{purpose}:{about}".encode(), "sha256")
    # 53 bits are what a float holds: more could round up to 1.
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def share_to_review(rules: ReviewRules, measured: MeasuredError) -> float:
    """The share of a person's annotations that a reviewer judges.

    An adaptive share is proportional to the upper bound of the person's error, as a short good record proves
    little, and is the project's share where that bound meets the target.
    """
    if not rules.is_adaptive or rules.review_share == 0:
        return rules.review_share
    if not measured.is_enough:
        return 1.0
    wanted = rules.review_share * measured.interval[1] / rules.target_error
    return min(max(wanted, min(LEAST_SHARE, rules.review_share)), 1.0)
