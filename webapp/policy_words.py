"""What a quality policy means, in plain words and counts: for the people who set it."""

from dataclasses import dataclass
from typing import Any

PHOTOS = 100
"""What every example counts from."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What becomes of a hundred new photos, whole numbers of each."""

    readings: int
    reviews: int
    unreviewed: int


def estimate_cost(rules: Any) -> Cost:
    """For people who err just as often as the target allows."""
    reviews = PHOTOS * rules.review_share
    return Cost(readings=PHOTOS, reviews=round(reviews), unreviewed=round(PHOTOS - reviews))


def describe_policy(rules: Any) -> list[str]:
    """The policy as sentences, the most important first."""
    return [*_describe_reviews(rules), *_describe_desk(rules)]


def _describe_reviews(rules: Any) -> list[str]:
    share = _percent(rules.review_share)
    if rules.review_share >= 1:
        return ["A reviewer judges every annotation before it counts."]
    if rules.review_share <= 0:
        return [
            "No annotation is reviewed, but those that were sent back or say that nobody can read the photo."
        ]
    about = f"Of 100 annotations about {round(100 * rules.review_share)} wait for a reviewer"
    if not rules.is_adaptive:
        return [f"{about}; the others count at once."]
    return [
        f"{about}, if their author errs as often as {_percent(rules.target_error)}; "
        "the others count at once.",
        f"Who may err more gets more reviews than {share}, up to all; who has proved to err less gets fewer. "
        "New people are reviewed fully until 30 of their annotations were judged.",
    ]


def _describe_desk(rules: Any) -> list[str]:
    return ["Reviewers do not see whose work they judge."] if rules.blind_review else []


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"
