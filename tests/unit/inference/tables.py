"""Tables of evidence for tests."""

import numpy as np

from inference import vin

KNOWN = "1M8GDM9AXKP042788"
EUROPEAN = "WVWZZZ1JZXW000001"


def sure_table(text: str, probability: float = 0.999) -> np.ndarray:
    table = np.full((17, 33), (1 - probability) / 32)
    table[np.arange(17), [vin.ALPHABET.index(symbol) for symbol in text]] = probability
    return table


def set_odds(table: np.ndarray, index: int, **shares: float) -> None:
    table[index] = 1e-6
    for symbol, share in shares.items():
        table[index, vin.ALPHABET.index(symbol.lstrip("_"))] = share
