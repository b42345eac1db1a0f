"""Weighs what several looks at a line say, and the rules of VINs, into one reading with one confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.makers import MAKERS, is_known_maker
from inference.types import LineEvidence
from inference.vin import ALPHABET, CHECK_DIGIT_INDEX, CHECK_DIGITS, VALUES, WEIGHTS, expects_check_digit
from inference.vin import has_valid_check_digit as is_consistent

Array = npt.NDArray[np.float64]
Symbols = npt.NDArray[np.int64]
"""Seventeen indexes into the alphabet."""

CHECK_DIGIT_ODDS = 3.5
"""Log-odds for a VIN with the right check digit against one without, where the maker's country demands one.

Honest odds would be near 7, but the networks are surer of their mistakes than they should be.
"""

VIN_ODDS = 6.0
"""Log-odds of a line that reads as 17 symbols to be a VIN, before they are looked at."""
SERIAL_ODDS = 2.5
"""Log-odds for a digit against a letter at each of the last four positions (49 CFR 565.15 demands digits)."""
SERIAL = slice(13, 17)
MAKER_ODDS = 2.5
"""Log-odds for a VIN that starts with the identifier of a common maker against one that does not."""

_FLOOR = 1e-7
_REMAINDERS = 11
_CONTRIBUTIONS = np.array(
    [[VALUES[symbol] * weight % _REMAINDERS for symbol in ALPHABET] for weight in WEIGHTS]
)
_MAKERS = np.array([[ALPHABET.index(symbol) for symbol in code] for code in sorted(MAKERS)])
_IS_DIGIT = np.array([symbol.isdigit() for symbol in ALPHABET])
_CHECK_SYMBOLS = np.array([ALPHABET.index(symbol) for symbol in CHECK_DIGITS])


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns the raw probability of a VIN into an honest one: logit / temperature + bias."""

    temperature: float = 1.0
    bias: float = 0.0

    def apply(self, probability: float) -> float:
        bounded = min(max(probability, _FLOOR), 1 - _FLOOR)
        logit = np.log(bounded) - np.log1p(-bounded)
        return float(1 / (1 + np.exp(-(logit / self.temperature + self.bias))))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The most probable VIN; `probabilities` are 17 x 33; `raw_confidence` is not calibrated yet."""

    vin: str
    raw_confidence: float
    probabilities: Array


def combine(looks: Sequence[LineEvidence]) -> Array:
    """One 17 x 33 table of probabilities: the mean over the looks, each weighed by its own probability."""
    logs = np.array([look.log_probability for look in looks])
    tables = np.stack([np.exp(look.scores) for look in looks])
    return np.average(tables, axis=0, weights=np.exp(logs - logs.max()))


def judge(probabilities: Array) -> Verdict:
    """The best VIN under the evidence, with the check digit as a prior and never as a filter."""
    found = np.maximum(probabilities, _FLOOR)
    mass = found.sum(axis=1, keepdims=True)
    share = _apply_maker_prior(_apply_serial_prior(found / mass))
    best = share.argmax(axis=1)
    if not expects_check_digit(_text(best)):
        return _verdict(best, float(share.max(axis=1).prod()), mass, probabilities)
    return _judge_with_check_digit(share, best, mass, probabilities)


def _judge_with_check_digit(share: Array, best: Symbols, mass: Array, probabilities: Array) -> Verdict:
    """Bayes' rule over all VINs at once: those with the right check digit weigh e^CHECK_DIGIT_ODDS more."""
    bonus = float(np.exp(CHECK_DIGIT_ODDS))
    consistent = best_consistent(share)
    everything = 1.0 + (bonus - 1.0) * consistent_mass(share)
    candidates = [best, consistent]
    weighed = [_probability(share, symbols) * _bonus(symbols, bonus) for symbols in candidates]
    chosen = int(np.argmax(weighed))
    return _verdict(candidates[chosen], weighed[chosen] / everything, mass, probabilities)


def _apply_serial_prior(share: Array) -> Array:
    weighed = share.copy()
    weighed[SERIAL] *= np.where(_IS_DIGIT, 1.0, np.exp(-SERIAL_ODDS))
    return np.asarray(weighed / weighed.sum(axis=1, keepdims=True))


def _apply_maker_prior(share: Array) -> Array:
    """The first three rows by Bayes' rule when known makers weigh e^MAKER_ODDS more: their marginals."""
    rows = np.arange(3)
    likely = share[rows, _MAKERS].prod(axis=1)
    extra = np.zeros_like(share[:3])
    np.add.at(extra, (rows, _MAKERS), (np.exp(MAKER_ODDS) - 1) * likely[:, None])
    weighed = share.copy()
    weighed[:3] = (share[:3] + extra) / (share[:3] + extra).sum(axis=1, keepdims=True)
    return weighed


def plausibility(vin: str) -> float:
    """Log-odds of a text of 17 symbols to be a VIN, from its symbols alone: from -VIN_ODDS to 0.

    Other lines on a label may have 17 symbols, too, but seldom end in digits or start like a VIN.
    """
    letters = sum(not symbol.isdigit() for symbol in vin[SERIAL])
    inconsistent = expects_check_digit(vin) and not is_consistent(vin)
    against = SERIAL_ODDS * letters + (CHECK_DIGIT_ODDS if inconsistent else 0.0)
    against += 0.0 if is_known_maker(vin) else MAKER_ODDS
    return -min(against, VIN_ODDS)


def _bonus(symbols: Symbols, bonus: float) -> float:
    return bonus if is_consistent(_text(symbols)) else 1.0


def _probability(share: Array, symbols: Symbols) -> float:
    return float(share[np.arange(len(share)), symbols].prod())


def _verdict(symbols: Symbols, confidence: float, mass: Array, probabilities: Array) -> Verdict:
    vin = _text(symbols)
    certain = float(np.minimum(mass, 1.0).prod())
    is_vin = 1 / (1 + np.exp(-(VIN_ODDS + plausibility(vin))))
    return Verdict(vin=vin, raw_confidence=float(confidence * certain * is_vin), probabilities=probabilities)


def _text(symbols: Symbols) -> str:
    return "".join(ALPHABET[index] for index in symbols)


def best_consistent(share: Array) -> Symbols:
    """The most probable 17 symbols whose check digit is right: dynamic programming over remainders."""
    logs = np.log(share)
    best = np.full(_REMAINDERS, -np.inf)
    best[0] = 0.0
    choices = np.zeros((len(share), _REMAINDERS), dtype=np.int64)
    for index in range(len(share)):
        if index == CHECK_DIGIT_INDEX:
            continue
        sources = best[_sources(index)] + logs[index][None, :]
        choices[index] = sources.argmax(axis=1)
        best = sources.max(axis=1)
    remainder = int((best + logs[CHECK_DIGIT_INDEX, _CHECK_SYMBOLS]).argmax())
    return _walk_back(choices, remainder)


def _walk_back(choices: Symbols, remainder: int) -> Symbols:
    symbols = np.zeros(len(choices), dtype=np.int64)
    symbols[CHECK_DIGIT_INDEX] = _CHECK_SYMBOLS[remainder]
    for index in reversed(range(len(choices))):
        if index == CHECK_DIGIT_INDEX:
            continue
        symbols[index] = choices[index, remainder]
        remainder = (remainder - _CONTRIBUTIONS[index, symbols[index]]) % _REMAINDERS
    return symbols


def consistent_mass(share: Array) -> float:
    """The probability that the VIN, whichever it is, has the right check digit."""
    spread = np.zeros(_REMAINDERS)
    spread[0] = 1.0
    for index in range(len(share)):
        if index != CHECK_DIGIT_INDEX:
            spread = (spread[_sources(index)] * share[index][None, :]).sum(axis=1)
    return float(spread @ share[CHECK_DIGIT_INDEX, _CHECK_SYMBOLS])


def _sources(index: int) -> Symbols:
    """The remainder before, for each remainder after position `index` (rows) and symbol there (columns)."""
    return (np.arange(_REMAINDERS)[:, None] - _CONTRIBUTIONS[index][None, :]) % _REMAINDERS
