"""What a team lead had better look at: sentences that follow from the figures, with the photos behind."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from labeling.measures import NO_SHARE, Share
from labeling.models import User
from labeling.queries.figures import AnnotatorFigures, ReviewerFigures, add_up
from webapp.figures_charts import write_percent

ENOUGH = 20
"""Fewer annotations or reviews prove nothing about anybody."""

MANY_FAST = 5
UNSTABLE = 0.05


@dataclass(frozen=True, slots=True)
class Concern:
    """Something about one person; `did` names the photos behind it. Of its kind, the heaviest comes first."""

    person: User
    text: str
    did: str
    weight: float = field(default=0.0, compare=False)


def find_concerns(
    annotators: Sequence[AnnotatorFigures], reviewers: Sequence[ReviewerFigures]
) -> list[Concern]:
    """The gravest kind first, and the heaviest of each; nothing that chance explains as well."""
    together = add_up(annotators)
    judged = sum(map(_found, reviewers), NO_SHARE)
    kinds = (
        [_find_errors(each, together) for each in annotators],
        [_find_missed(each, together) for each in annotators],
        [_find_haste(each) for each in annotators],
        [_find_unreviewed(each) for each in annotators],
        [_find_leniency(each, judged) for each in reviewers],
        [_find_overturned(each) for each in reviewers],
    )
    return [concern for kind in kinds for concern in sorted(filter(None, kind), key=lambda one: -one.weight)]


def is_worse(one: AnnotatorFigures, together: AnnotatorFigures) -> bool:
    """Whether review found more wrong than with all others, and more than chance explains."""
    return _is_above(one.wrong, together.wrong - one.wrong)


def misses_more(one: AnnotatorFigures, together: AnnotatorFigures) -> bool:
    """The same of known photos."""
    return _is_above(one.missed or NO_SHARE, _others_missed(one, together))


def _is_above(mine: Share, others: Share) -> bool:
    """Whether even the lower end of an interval is above the share of the others."""
    return mine.of >= ENOUGH and others.value is not None and mine.low > others.value


def _others_missed(one: AnnotatorFigures, together: AnnotatorFigures) -> Share:
    return (together.missed or NO_SHARE) - (one.missed or NO_SHARE)


def _find_errors(one: AnnotatorFigures, together: AnnotatorFigures) -> Concern | None:
    if one.person is None or not is_worse(one, together):
        return None
    low, high = map(write_percent, one.wrong.interval)
    text = (
        f"Review changed or sent back {write_percent(one.wrong.value)} of what {one.person} submitted "
        f"({low} to {high}), and {write_percent((together.wrong - one.wrong).value)} of what the others did."
    )
    return Concern(one.person, text, "wrong", one.wrong.low)


def _find_missed(one: AnnotatorFigures, together: AnnotatorFigures) -> Concern | None:
    if one.person is None or one.missed is None or not misses_more(one, together):
        return None
    text = (
        f"{one.person} read {one.missed.hits:,} of {one.missed.of:,} known photos wrong, the others "
        f"{write_percent(_others_missed(one, together).value)} of theirs."
    )
    return Concern(one.person, text, "missed", one.missed.low)


def _find_haste(one: AnnotatorFigures) -> Concern | None:
    if one.person is None or one.fast.hits < MANY_FAST:
        return None
    text = f"{one.person} submitted {one.fast.hits:,} unchanged readings in under a second each."
    return Concern(one.person, text, "fast", one.fast.hits)


def _find_unreviewed(one: AnnotatorFigures) -> Concern | None:
    if one.person is None or one.annotations < ENOUGH or one.reviewed.hits:
        return None
    text = (
        f"None of the {one.annotations:,} annotations of {one.person} was reviewed, so nobody knows how good "
        "they are."
    )
    return Concern(one.person, text, "annotated", one.annotations)


def _find_leniency(one: ReviewerFigures, together: Share) -> Concern | None:
    mine = _found(one)
    others = together - mine
    if one.reviews < ENOUGH or others.value is None or mine.high >= others.low:
        return None
    text = (
        f"{one.person} found something wrong in {mine.hits:,} of {mine.of:,} reviews, the other reviewers in "
        f"{write_percent(others.value)} of theirs."
    )
    return Concern(one.person, text, "judged_accepted", -mine.high)


def _found(one: ReviewerFigures) -> Share:
    """How often a reviewer found something to change or send back."""
    return Share(one.fixed + one.rejected, one.reviews)


def _find_overturned(one: ReviewerFigures) -> Concern | None:
    if one.overturned.of < ENOUGH or one.overturned.low <= UNSTABLE:
        return None
    text = (
        f"{one.overturned.hits:,} of {one.overturned.of:,} verdicts of {one.person} did not stand in the end."
    )
    return Concern(one.person, text, "overturned", one.overturned.low)
