"""Weighs what several looks, two recognizers and bar codes say into one reading with one confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from inference.types import Barcode, BarcodeVerdict, LineEvidence

Array = npt.NDArray[np.float64]

BARCODE_ALONE = 0.97
"""Probability that a VIN in a bar code is the vehicle's, where the text beside it does not say the same."""
UNDECIDED = 0.5
MOST_MISREAD = 5
"""A text that differs from a bar code's in so many symbols at most is the same VIN, misread."""

CHARACTERS_SHARE = 0.25
"""Weight of the character recognizer beside the sequence recognizer."""
_MOST_APART = 0.4
"""Of the distance between characters, how far two recognizers may see them from each other."""

_FLOOR = 1e-7


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns the raw probability of a VIN into an honest one: logit / temperature + bias.

    `agreement` is added where both recognizers read the same 17 symbols: they err on different photos.
    """

    temperature: float = 1.0
    bias: float = 0.0
    agreement: float = 0.0

    def apply(self, probability: float, *, agreed: bool = False) -> float:
        bounded = min(max(probability, _FLOOR), 1 - _FLOOR)
        logit = np.log(bounded) - np.log1p(-bounded)
        shift = self.bias + (self.agreement if agreed else 0.0)
        return float(1 / (1 + np.exp(-(logit / self.temperature + shift))))


def pool(sequence: LineEvidence, characters: LineEvidence) -> LineEvidence:
    """What two recognizers say of one crop: a weighted product of their probabilities, as experts are pooled.

    Each row keeps the mass that the sequence recognizer gives it. Where the two saw their characters at
    different places, one of them lost a character, and the sequence recognizer, which errs less, is heard
    alone. Genest and Zidek (1986), Combining Probability Distributions, section 3.
    """
    if not are_aligned(sequence.centers, characters.centers):
        return sequence
    mass = np.logaddexp.reduce(sequence.scores, axis=1, keepdims=True)
    logs = (1 - CHARACTERS_SHARE) * sequence.scores + CHARACTERS_SHARE * characters.scores
    logs += mass - np.logaddexp.reduce(logs, axis=1, keepdims=True)
    return replace(sequence, scores=logs)


def are_aligned(centers: Array, others: Array) -> bool:
    """Whether two recognizers saw their characters at the same places."""
    pitch = float(np.median(np.diff(centers)))
    return float(np.median(np.abs(centers - others))) < _MOST_APART * pitch


def combine(looks: Sequence[LineEvidence]) -> Array:
    """One 17 x 33 table of probabilities: the mean over the looks, each weighed by its own probability."""
    logs = np.array([look.log_probability for look in looks])
    tables = np.stack([np.exp(look.scores) for look in looks])
    return np.average(tables, axis=0, weights=np.exp(logs - logs.max()))


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What bar codes make of a text: the VIN to trust, its confidence, and whether they agree.

    `positions` are those at which a bar code says what was read.
    """

    vin: str | None
    confidence: float
    verdict: BarcodeVerdict | None
    positions: frozenset[int] = frozenset()


def confirm(text: str | None, confidence: float, barcodes: Sequence[Barcode]) -> Confirmation:
    """Weigh the text that was read against the bar code nearest to it.

    A code that differs in a few symbols shows that the text was misread. One that differs altogether is of
    something else, or the text is: the surer of the two is kept, and neither is sure.
    """
    vins = [barcode.vin for barcode in barcodes if barcode.vin]
    if not vins:
        return Confirmation(text, confidence, None)
    if text is None:
        return Confirmation(vins[0], BARCODE_ALONE, None)
    nearest = min(vins, key=lambda vin: _differences(vin, text))
    same = frozenset(index for index, symbol in enumerate(text) if symbol == nearest[index])
    if nearest == text:
        return Confirmation(text, confirm_probability(confidence), "agrees", same)
    if _differences(nearest, text) <= MOST_MISREAD:
        return Confirmation(nearest, BARCODE_ALONE, "conflicts", same)
    likely = nearest if confidence < BARCODE_ALONE else text
    return Confirmation(likely, UNDECIDED, "conflicts")


def confirm_probability(probability: float) -> float:
    """Of what was read and a bar code says too: both would have to be wrong."""
    return 1 - (1 - probability) * (1 - BARCODE_ALONE)


def _differences(vin: str, text: str) -> int:
    return sum(a != b for a, b in zip(vin, text, strict=True))
