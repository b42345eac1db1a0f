"""What a quality policy means, in plain words and counts: for the people who set it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from labeling.measures import say_percent
from labeling.seeding import chance_of_probe

PHOTOS = 100
"""What every example counts from."""

ENOUGH_KNOWN = 30
"""With fewer known photos, people soon have seen all of them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a hundred new photos cost, as whole numbers."""

    readings: int
    probes: int
    reviews: int
    unreviewed: int


def estimate_cost(rules: Any) -> Cost:
    """For people who err just as often as the target allows, and who agree where two read."""
    readings = PHOTOS * (1 + rules.double_share)
    probes = readings * chance_of_probe(rules.honeypot_share)
    return Cost(
        readings=round(readings + probes),
        probes=round(probes),
        reviews=round(PHOTOS * rules.review_share),
        unreviewed=round(PHOTOS * (1 - rules.double_share) * (1 - rules.review_share)),
    )


def describe_policy(rules: Any) -> list[str]:
    """The policy as sentences, the most important first."""
    return [
        *_describe_reviews(rules),
        *_describe_second_readings(rules),
        *_describe_probes(rules),
        *_describe_desk(rules),
    ]


def list_warnings(rules: Any, *, known: int, readers: int, judges: int) -> list[str]:
    """What the project lacks for what the rules ask: known photos, people who annotate, people who review."""
    warnings = []
    if rules.honeypot_share > 0 and known < ENOUGH_KNOWN:
        are = "photo is" if known == 1 else "photos are"
        warnings.append(
            f"{known} {are} known, which is too few: nobody is shown one twice, nor one that they have read "
            "or reviewed. Photos that two people agree on become known by themselves; others are chosen on "
            "their page."
        )
    if rules.double_share > 0 and (readers < 3 or judges < 2):
        warnings.append(
            "Too few people: two readers and a third who settles what they read differently are needed, and "
            "somebody who may review must always be left for that. Until then nothing may be read twice."
        )
    return warnings


def _describe_reviews(rules: Any) -> Iterator[str]:
    about = f"Of 100 annotations about {round(100 * rules.review_share)} wait for a reviewer"
    if rules.review_share >= 1:
        yield "A reviewer judges every annotation before it counts."
    elif rules.review_share <= 0:
        yield "No annotation is reviewed, except what was sent back and what is marked unreadable."
    elif not rules.is_adaptive:
        yield f"{about}; the others count at once."
    else:
        target = say_percent(rules.target_error)
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


def _describe_probes(rules: Any) -> Iterator[str]:
    if rules.honeypot_share > 0:
        yield (
            f"Of 100 photos that come to an annotator about {round(100 * rules.honeypot_share)} are known "
            f"ones, {say_percent(rules.seeded_share)} of which with a wrong character in the model's "
            "reading. They measure who annotates, and count for nothing else."
        )


def _describe_desk(rules: Any) -> Iterator[str]:
    if rules.blind_review:
        yield "Reviewers do not see whose work they judge."
