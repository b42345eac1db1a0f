"""What a quality policy means, in plain words and counts: for the people who set it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PHOTOS = 100
"""What every example counts from."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a hundred new photos cost, as whole numbers."""

    readings: int
    reviews: int
    unreviewed: int


def estimate_cost(rules: Any) -> Cost:
    """For people who err just as often as the target allows, and who agree where two read."""
    unreviewed = PHOTOS * (1 - rules.double_share) * (1 - rules.review_share)
    return Cost(
        readings=round(PHOTOS * (1 + rules.double_share)),
        reviews=round(PHOTOS * rules.review_share),
        unreviewed=round(unreviewed),
    )


def describe_policy(rules: Any) -> list[str]:
    """The policy as sentences, the most important first."""
    return [*_describe_reviews(rules), *_describe_second_readings(rules), *_describe_desk(rules)]


def _describe_reviews(rules: Any) -> Iterator[str]:
    about = f"Of 100 annotations about {round(100 * rules.review_share)} wait for a reviewer"
    if rules.review_share >= 1:
        yield "A reviewer judges every annotation before it counts."
    elif rules.review_share <= 0:
        yield "No annotation is reviewed, except what was sent back and what is marked unreadable."
    elif not rules.is_adaptive:
        yield f"{about}; the others count at once."
    else:
        target = _percent(rules.target_error)
        yield f"{about}, if their author errs in {target} of them; the others count at once."
        yield (
            "Who may err more gets more reviews, up to all; who has proved to err less gets fewer. Of "
            "somebody new everything is reviewed until 30 annotations were judged."
        )


def _describe_second_readings(rules: Any) -> Iterator[str]:
    if rules.double_share > 0:
        yield (
            f"Of 100 photos about {round(100 * rules.double_share)} are read by two people, neither of whom "
            "sees the other's reading. Where both say the same, it counts as agreed; where they differ, a "
            "third person settles it."
        )


def _describe_desk(rules: Any) -> Iterator[str]:
    if rules.blind_review:
        yield "Reviewers do not see whose work they judge."


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"
