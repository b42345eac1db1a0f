"""Puts what was drawn at random among what is ordered by worth, evenly: pure rules.

A random photo gets the priority of a place in the other line, so that both come in turn and one index has the
order of both. The place depends on the draw alone and never on the photo, so that those which are labeled by
any time are a fair sample.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

STEPS = 20
"""Into how many equal parts quantiles cut the worths."""

USUAL = (0.1, 0.25, 0.3, 0.5, 0.9)
"""Quantiles of the worths where none were worked out yet."""


def trace_quantiles(worths: Array) -> list[float]:
    """STEPS + 1 quantiles from the least to the greatest; none of nothing."""
    if not len(worths):
        return []
    return [round(float(each), 4) for each in np.quantile(worths, np.linspace(0, 1, STEPS + 1))]


def place_new(draw: float, quantiles: Sequence[float]) -> float:
    """The priority of a photo that was drawn at random just now."""
    known = quantiles or USUAL
    return float(np.interp(draw, np.linspace(0, 1, len(known)), known))


def place_all(draws: Array, worths: Array) -> Array:
    """The priorities of all that were drawn at random: in the order of their draws, spread evenly over what
    is ordered by worth.
    """
    if not len(draws):
        return np.zeros(0)
    ranks = np.empty(len(draws))
    ranks[np.argsort(draws, kind="stable")] = np.arange(len(draws))
    places = (ranks + 0.5) / len(draws)
    return np.quantile(worths, places) if len(worths) else places
