"""What a photo would teach the networks, judged by how they read it: pure functions.

Active learning asks people about the photos from which most can be learned: those that the networks doubt
(Lewis and Gale 1994, arXiv cmp-lg/9407020), between whose best readings they can hardly choose (Scheffer et
al. 2001, doi 10.1007/3-540-44816-0_31), about which a committee disagrees (Seung et al. 1992, doi
10.1145/130385.130417), and that are unlike what is labeled (Sener and Savarese 2018, arXiv 1708.00489).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WEAK = 0.8
"""A character below this confidence is worth a look of its own."""
CLOSE = 0.5
"""Where the best VIN leads the next by less than this, both are nearly as likely."""
UNLIKE = 0.75
"""From this distance on, from 0 to 1, a photo counts as unlike all that are labeled."""
CONTRADICTED = 0.5
"""A text that a bar code contradicts is doubted at least so much, whatever the networks say."""

_MOST_POSITIONS = 3
_ISSUE = 0.1
"""What each thing that is wrong with a readable photo takes from its legibility."""
_REFUSED = 0.5
"""The most legible that a photo can be that was refused."""


class ReasonCode(StrEnum):
    RANDOM = "random"
    NO_VIN = "no_vin"
    CODE_CONFLICTS = "code_conflicts"
    DIFFERING = "differing"
    WEAK = "weak"
    CLOSE = "close"
    NEW_LOOK = "new_look"


@dataclass(frozen=True, slots=True)
class Signals:
    """What one reading says of what its photo would teach, from 0 to 1 each.

    `uncertainty` is that of the whole VIN, `disagreement` the chance that one of the recognizers is surely
    wrong, `legibility` whether a person is likely to read it. Positions count from 0: `weak` are those of
    characters that are not sure, the least sure ones; at `differing` the two recognizers read different
    symbols.
    """

    uncertainty: float
    disagreement: float
    legibility: float
    weak: tuple[int, ...] = ()
    differing: tuple[int, ...] = ()
    has_vin: bool = True
    is_close: bool = False
    code_conflicts: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts. The first three share the score, in parts of their sum.

    `legibility` says how far behind photos come that nobody may be able to read: 0 makes no difference, and
    with 1 an illegible photo comes last.
    """

    uncertainty: float = 0.5
    disagreement: float = 0.25
    novelty: float = 0.25
    legibility: float = 0.8

    def __post_init__(self) -> None:
        values = [getattr(self, field.name) for field in fields(self)]
        if not all(0 <= value <= 1 for value in values) or not sum(values[:3]) > 0:
            raise ValueError("Weights are from 0 to 1, and one of the first three is above 0.")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a photo is asked about; `positions` count from 0."""

    code: ReasonCode
    positions: tuple[int, ...] = ()


def measure_signals(reading: Mapping[str, Any]) -> Signals:
    """The signals of a reading as plain values, with the names of inference.types.Reading.

    What an older reading does not tell counts as nothing.
    """
    stages, vin = reading.get("stages") or {}, reading.get("vin") or ""
    differing, surely = _compare_lines(stages.get("lines") or ())
    margin = _find_margin(stages.get("candidates") or (), float(reading["confidence"]))
    conflicts = stages.get("barcode_verdict") == "conflicts"
    doubt = 1.0 - (float(reading["confidence"]) + margin) / 2 if vin else 1.0
    return Signals(
        uncertainty=max(doubt, CONTRADICTED) if conflicts else doubt,
        disagreement=surely,
        legibility=_measure_legibility(reading.get("quality") or {}),
        weak=_find_weak(reading.get("characters") or ()),
        differing=differing,
        has_vin=bool(vin),
        is_close=bool(vin) and margin < CLOSE and not conflicts,
        code_conflicts=conflicts,
    )


def _find_margin(candidates: Sequence[Mapping[str, Any]], confidence: float) -> float:
    """By how much the best VIN leads the next; the confidence where no others were told."""
    if len(candidates) < 2:
        return confidence
    ordered = sorted((float(each["probability"]) for each in candidates), reverse=True)
    return min(max(ordered[0] - ordered[1], 0.0), 1.0)


def _compare_lines(lines: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, ...], float]:
    """Where the two recognizers differ, and the chance that both meant it at one of these places at least."""
    if len(lines) != 2 or len(lines[0]["text"]) != len(lines[1]["text"]):
        return (), 0.0
    pairs = list(zip(lines[0]["text"], lines[1]["text"], strict=True))
    differing = tuple(index for index, (first, second) in enumerate(pairs) if first != second)
    meant = [lines[0]["probabilities"][i] * lines[1]["probabilities"][i] for i in differing]
    return differing, float(1.0 - np.prod([1.0 - chance for chance in meant])) if meant else 0.0


def _find_weak(characters: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """At most three positions, in order; none where nearly every character is weak."""
    weak = [each for each in characters if float(each["confidence"] or 0.0) < WEAK]
    least = sorted(weak, key=lambda each: float(each["confidence"] or 0.0))[:_MOST_POSITIONS]
    return tuple(sorted(int(each["index"]) for each in least))


def _measure_legibility(quality: Mapping[str, Any]) -> float:
    """1 for a flawless photo; for a refused one by how probable its characters were."""
    if quality.get("readable", True):
        return max(1.0 - _ISSUE * len(quality.get("issues") or ()), _REFUSED)
    likelihood = float((quality.get("measures") or {}).get("likelihood", 0.0))
    return _REFUSED * min(max(likelihood, 0.0), 1.0)


def split_worth(
    uncertainty: Array, disagreement: Array, legibility: Array, weights: Weights
) -> tuple[Array, Array]:
    """What photos teach apart from their novelty, and what they teach more for each unit of it."""
    total = weights.uncertainty + weights.disagreement + weights.novelty
    factor = 1.0 - weights.legibility * (1.0 - legibility)
    base = (weights.uncertainty * uncertainty + weights.disagreement * disagreement) / total
    return base * factor, weights.novelty / total * factor


def weigh(signals: Signals, weights: Weights, *, novelty: float) -> float:
    """What one photo teaches, from 0 to 1."""
    parts = np.array([[signals.uncertainty], [signals.disagreement], [signals.legibility]])
    base, per_novelty = split_worth(parts[0], parts[1], parts[2], weights)
    return float(base[0] + novelty * per_novelty[0])


def explain(signals: Signals, *, novelty: float | None, is_random: bool) -> tuple[Reason, ...]:
    """Why a photo is asked about: two reasons at most, the plainest first; none where nothing stands out."""
    if is_random:
        return (Reason(ReasonCode.RANDOM),)
    if not signals.has_vin:
        return (Reason(ReasonCode.NO_VIN),)
    return tuple(_list_reasons(signals, novelty))[:2]


def _list_reasons(signals: Signals, novelty: float | None) -> list[Reason]:
    weak = tuple(index for index in signals.weak if index not in signals.differing)
    stands_out = [
        (signals.code_conflicts, Reason(ReasonCode.CODE_CONFLICTS)),
        (bool(signals.differing), Reason(ReasonCode.DIFFERING, signals.differing)),
        (bool(weak), Reason(ReasonCode.WEAK, weak)),
        (signals.is_close, Reason(ReasonCode.CLOSE)),
        (novelty is not None and novelty >= UNLIKE, Reason(ReasonCode.NEW_LOOK)),
    ]
    return [reason for applies, reason in stands_out if applies]
