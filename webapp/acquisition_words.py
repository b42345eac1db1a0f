"""Why a photo is asked about, and what an acquisition policy means, in plain words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from inference.acquisition import Reason, ReasonCode

MANY = 3
"""More positions than this are counted and not listed."""

_WORDS = {
    ReasonCode.RANDOM: "drawn at random",
    ReasonCode.NO_VIN: "the model trusts no VIN here",
    ReasonCode.CODE_CONFLICTS: "the bar code says something else",
    ReasonCode.CLOSE: "two VINs are nearly as likely",
    ReasonCode.NEW_LOOK: "unlike what has been labeled",
}
_PLACED = {
    ReasonCode.DIFFERING: (
        "the two recognizers disagree at {places}",
        "the two recognizers disagree at {count} places",
    ),
    ReasonCode.WEAK: ("low confidence at {places}", "low confidence at {count} places"),
}
_PARTS = (
    ("uncertainty", "doubt about the whole VIN"),
    ("disagreement", "disagreement of the two recognizers"),
    ("novelty", "novelty of the look"),
)


def say_reason(reason: Reason) -> str:
    """In lower case, for a place in a sentence; positions count from 1."""
    if reason.code in _WORDS:
        return _WORDS[reason.code]
    few, many = _PLACED[reason.code]
    count = len(reason.positions)
    return many.format(count=count) if count > MANY else few.format(places=_say_places(reason.positions))


def say_reasons(reasons: Iterable[Reason]) -> str:
    """All of them as one phrase; empty where there are none."""
    phrase = "; ".join(map(say_reason, reasons))
    return phrase[:1].upper() + phrase[1:]


def _say_places(positions: Sequence[int]) -> str:
    *firsts, last = (str(index + 1) for index in positions)
    return f"{', '.join(firsts)} and {last}" if firsts else f"position {last}"


def describe_acquisition(policy: Any) -> list[str]:
    """The policy as sentences, the most important first."""
    return [_describe_random(policy.random_share), *_describe_worth(policy)]


def _describe_random(share: float) -> str:
    count = round(100 * share)
    if count >= 100:
        return "Every photo comes at random: nothing is asked first."
    if count <= 0:
        return "No photo comes at random, so nothing tells how well the model reads photos of all kinds."
    return (
        f"Of 100 new photos {count} come at random, evenly among the others. They tell how well the model "
        "reads photos of all kinds."
    )


def _describe_worth(policy: Any) -> Iterator[str]:
    if policy.random_share >= 1:
        return
    total = sum(getattr(policy, name) for name, _ in _PARTS)
    shares = [(round(100 * getattr(policy, name) / total), words) for name, words in _PARTS]
    counted = [f"{share} % by {words}" for share, words in sorted(shares, reverse=True) if share]
    yield f"The others come by what they teach: {', '.join(counted)}."
    if policy.legibility > 0:
        yield "Photos that hardly anybody can read come later, however much the model doubts them."
