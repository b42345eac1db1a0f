"""The rules of VINs as evidence: priors that weigh readings, and never filters.

Check digits, model years and serial numbers: 49 CFR 565.15. Everything here is pure arithmetic on a table of
17 positions x 33 symbols.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.makers import MAKERS, is_known_maker
from inference.types import Candidate
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
YEAR_ODDS = 3.0
"""Log-odds for a symbol that stands for a model year, where the VIN is North America's."""
YEAR = 9
MAKER_ODDS = 2.5
"""Log-odds for a VIN that starts with the identifier of a common maker against one that does not."""
OTHER_TEXT_ODDS = 6.0
"""Log-odds for a line without any word of what else a label says against one with such a word."""

_LABEL_WORDS = (
    "GVWR|GAWR|TYPE|TRUCK|MANUFACT|FACTURE|VEHICLE|CONFORM|APPLIC|FEDERAL|MOTOR|SAFETY|BUMPER|THEFT|PREVENT"
    "|STANDARD|EFFECT|SHOWN|ABOVE|PASSENG|OCCUPANT|CARGO|COMBINED|WEIGHT|LOADING|INFORMAT|PRESSURE|CAPACITY"
    "|SEATING|FRONT|SPARE|TIRE|MANUAL|KGGA|[0-9]{2}(LBS|KPA|PSI)|REGISTRAT|TC(RU|BY|KZ)E"
)
"""What labels have beside the VIN by 49 CFR 567.4 and 571.110, papers by their kind, and the type approvals
of the Customs Union by TR CU 018/2011: parts of words, and units after a number.
"""

_BEAM = 24
"""How many VINs are weighed against each other, and _CANDIDATES how many of them are told."""
_CANDIDATES = 5

_FLOOR = 1e-7
_REMAINDERS = 11
_CONTRIBUTIONS = np.array(
    [[VALUES[symbol] * weight % _REMAINDERS for symbol in ALPHABET] for weight in WEIGHTS]
)
_MAKERS = np.array([[ALPHABET.index(symbol) for symbol in code] for code in sorted(MAKERS)])
_NORTH_AMERICA = "12345"
_IS_YEAR = np.array([symbol not in "UZ0" for symbol in ALPHABET])
_OTHER_TEXT = re.compile(_LABEL_WORDS.replace("O", "[0D]").replace("I", "[1TL]"))
"""With the letters that no VIN has as they are misread."""
_IS_DIGIT = np.array([symbol.isdigit() for symbol in ALPHABET])
_CHECK_SYMBOLS = np.array([ALPHABET.index(symbol) for symbol in CHECK_DIGITS])


@dataclass(frozen=True, slots=True)
class Verdict:
    """The most probable VIN; `probabilities` are 17 x 33; `raw_confidence` is not calibrated yet.

    `candidates` are the likeliest VINs, best first; it is the first of them.
    """

    vin: str
    raw_confidence: float
    probabilities: Array
    candidates: tuple[Candidate, ...]


def judge(probabilities: Array) -> Verdict:
    """The best VINs under the evidence, with the rules of VINs as priors and never as filters."""
    found = np.maximum(probabilities, _FLOOR)
    mass = found.sum(axis=1, keepdims=True)
    share = _apply_year_prior(_apply_maker_prior(_apply_serial_prior(found / mass)))
    lines = best_lines(share, _BEAM)
    bonus, everything = 1.0, 1.0
    if expects_check_digit(_text(lines[0])):
        # Bayes' rule over all VINs at once: those with the right check digit weigh more
        bonus = float(np.exp(CHECK_DIGIT_ODDS))
        everything = 1.0 + (bonus - 1.0) * consistent_mass(share)
        lines = np.unique(np.vstack([lines, best_consistent(share)[None]]), axis=0)
    ranked = sorted(
        (
            Candidate(_text(line), _probability(share, line) * _bonus(line, bonus) / everything)
            for line in lines
        ),
        key=lambda candidate: -candidate.probability,
    )
    return _verdict(tuple(ranked[:_CANDIDATES]), mass, probabilities)


def best_lines(share: Array, count: int) -> Symbols:
    """The `count` most probable lines, most probable first, as count x 17: positions are independent.

    Exact, because a line that is among the best has a beginning that is among the best beginnings.
    """
    logs = np.log(share)
    lines, totals = np.zeros((1, 0), np.int64), np.zeros(1)
    for row in logs:
        extended = (totals[:, None] + row[None, :]).ravel()
        kept = np.argsort(-extended, kind="stable")[:count]
        lines = np.c_[lines[kept // len(row)], kept % len(row)]
        totals = extended[kept]
    return lines


def _apply_serial_prior(share: Array) -> Array:
    weighed = share.copy()
    weighed[SERIAL] *= np.where(_IS_DIGIT, 1.0, np.exp(-SERIAL_ODDS))
    return np.asarray(weighed / weighed.sum(axis=1, keepdims=True))


def _apply_year_prior(share: Array) -> Array:
    """North America's model years are never U, Z or 0 (49 CFR 565.15): such a tenth position is misread."""
    if ALPHABET[int(share[0].argmax())] not in _NORTH_AMERICA:
        return share
    weighed = share.copy()
    weighed[YEAR] *= np.where(_IS_YEAR, 1.0, np.exp(-YEAR_ODDS))
    weighed[YEAR] /= weighed[YEAR].sum()
    return weighed


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
    """Log-odds of a text of 17 symbols to be a VIN, from its symbols alone: from -VIN_ODDS to 0, and by
    OTHER_TEXT_ODDS lower where a word of other text is among them.

    Other lines on a label may have 17 symbols, too, but seldom end in digits or start like a VIN.
    """
    letters = sum(not symbol.isdigit() for symbol in vin[SERIAL])
    inconsistent = expects_check_digit(vin) and not is_consistent(vin)
    against = SERIAL_ODDS * letters + (CHECK_DIGIT_ODDS if inconsistent else 0.0)
    against += 0.0 if is_known_maker(vin) else MAKER_ODDS
    return -min(against, VIN_ODDS) - (OTHER_TEXT_ODDS if is_other_text(vin) else 0.0)


def is_other_text(text: str) -> bool:
    """Whether 17 symbols hold a word, or a number with its unit, that labels have beside the VIN."""
    return _OTHER_TEXT.search(text) is not None


def _bonus(symbols: Symbols, bonus: float) -> float:
    return bonus if is_consistent(_text(symbols)) else 1.0


def _probability(share: Array, symbols: Symbols) -> float:
    return float(share[np.arange(len(share)), symbols].prod())


def _verdict(candidates: tuple[Candidate, ...], mass: Array, probabilities: Array) -> Verdict:
    best = candidates[0]
    certain = float(np.minimum(mass, 1.0).prod())
    is_vin = 1 / (1 + np.exp(-(VIN_ODDS + plausibility(best.vin))))
    return Verdict(
        vin=best.vin,
        raw_confidence=float(best.probability * certain * is_vin),
        probabilities=probabilities,
        candidates=candidates,
    )


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
