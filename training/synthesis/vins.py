"""Random VINs that look like real ones: known makers, plausible positions, confusable symbols more often
than in life.
"""

from __future__ import annotations

import numpy as np

from inference.vin import ALPHABET, LENGTH, check_digit

DIGITS = "0123456789"
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"

# World manufacturer identifiers (ISO 3780) of makers from every region.
MAKERS = tuple(
    """
    1C3 1C4 1C6 1FA 1FM 1FT 1G1 1GC 1GT 1GY 1HG 1J4 1LN 1N4 1N6 2C3 2FM 2G1 2HG 2HK 2T1 2T3 3C6 3FA
    3GN 3HG 3KP 3N1 3VW 4JG 4S3 4S4 4T1 5FN 5J6 5LM 5N1 5NP 5TD 5UX 5XY 5YJ 7SA 9BW 8AP JA4 JF1 JHL
    JHM JM1 JN1 JN8 JS2 JTD JTE JTH JTM KL1 KM8 KMH KNA KND LBV LFV LGX LJD LRW LS4 LS5 LSV LTV LVT
    LVV LVS MA3 SAJ SAL SCC SHH SJN TMA TMB TRU UU1 VF1 VF3 VF7 VNK VSK VSS W0L WAU WBA WBS WDB WDC
    WDD WF0 WMW WP0 WP1 WVG WVW WV1 WV2 X4X X7L X7M XTA XTT XUF XUU XW7 XW8 XWB XWE XWF XZG Y4K YS3
    YV1 YV4 Z8N Z94 Z6F ZAR ZFA ZFF ZHW
    """.split()  # noqa: SIM905
)
FILLED_MAKERS = ("WVW", "WVG", "WAU", "WV1", "WV2", "TMB", "VSS", "XW8", "TRU", "WP0", "WP1")
CONFUSABLES = tuple("T17 VUY Z27 B83 S58 D0 G6C MNWH 0D 8B 5S 69 A4 EF PR KX".split())  # noqa: SIM905


def random_vin(rng: np.random.Generator) -> str:
    """A VIN of 17 symbols; in seven of ten the check digit (49 CFR 565) is right, else free."""
    style = rng.random()
    if style < 0.12:
        text = _pick(rng, ALPHABET, LENGTH)
    elif style < 0.27:
        text = _random_filled(rng)
    else:
        text = _random_ordinary(rng)
    if rng.random() < 0.4:
        text = _confuse(rng, text)
    if (style >= 0.27 and rng.random() < 0.85) or (style < 0.12 and rng.random() < 0.5):
        text = text[:8] + check_digit(text) + text[9:]
    return text


def _pick(rng: np.random.Generator, symbols: str, count: int) -> str:
    return "".join(symbols[i] for i in rng.integers(len(symbols), size=count))


def _random_ordinary(rng: np.random.Generator) -> str:
    maker = str(rng.choice(MAKERS)) if rng.random() < 0.75 else _pick(rng, ALPHABET, 3)
    model = "".join(_pick(rng, LETTERS if rng.random() < 0.55 else DIGITS, 1) for _ in range(5))
    plant = _pick(rng, LETTERS if rng.random() < 0.7 else DIGITS, 1)
    serial = _pick(rng, DIGITS, 6)
    if rng.random() < 0.2:
        serial = _pick(rng, LETTERS, 1) + serial[1:]
    return maker + model + _pick(rng, ALPHABET, 1) + _pick(rng, YEARS, 1) + plant + serial


def _random_filled(rng: np.random.Generator) -> str:
    """The European habit of filling unused positions with Z."""
    maker = str(rng.choice(FILLED_MAKERS))
    model = _pick(rng, DIGITS, 1) + _pick(rng, ALPHABET, 1)
    return (
        maker + "ZZZ" + model + "Z" + _pick(rng, YEARS, 1) + _pick(rng, ALPHABET, 1) + _pick(rng, DIGITS, 6)
    )


def _confuse(rng: np.random.Generator, text: str) -> str:
    symbols = list(text)
    for position in rng.choice(LENGTH, size=int(rng.integers(1, 6)), replace=False):
        symbols[position] = _pick(rng, str(rng.choice(CONFUSABLES)), 1)
    return "".join(symbols)
