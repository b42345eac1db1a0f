"""How measures of drift are called, and how their values are written."""

from labeling.drift_days import REASON, Measure
from webapp.band_charts import write_number
from webapp.figures_charts import write_percent

_NAMES = {
    Measure.CONFIDENCE: "Shift of the confidence",
    Measure.REFUSED: "Photos called unreadable",
    Measure.CHANGED: "Readings that people changed",
    Measure.EDITS: "Characters changed in a VIN",
}
_REASONS = {
    "too_small": "too small",
    "blurred": "blurred",
    "glare": "glare",
    "too_dark": "too dark",
    "too_bright": "too bright",
    "low_contrast": "low contrast",
    "cut_off": "cut off",
    "no_vin": "no VIN found",
    "other": "other reasons",
}
EXPLAINED = {
    Measure.CONFIDENCE: (
        "How differently sure the model is of incoming photos than in its first days: the population "
        "stability index of the two distributions. 0 is alike, more than 0.2 is a shift."
    ),
    Measure.REFUSED: "Share of incoming photos that the model called unreadable.",
    Measure.CHANGED: "Share of the accepted readings of which people changed at least one character.",
    Measure.EDITS: "Characters that people changed in an accepted VIN, on average.",
}


def name_reason(reason: str) -> str:
    return _REASONS.get(reason, reason.replace("_", " "))


def name_measure(measure: str) -> str:
    """What a page calls it; a reason is named with the measure that it is a part of."""
    if measure.startswith(REASON):
        return f"Refused: {name_reason(measure.removeprefix(REASON))}"
    return _NAMES.get(Measure(measure), measure) if measure in set(Measure) else measure


def write_value(measure: str, value: float | None) -> str:
    """A share as per cent, anything else as a number."""
    if measure in (Measure.CONFIDENCE, Measure.EDITS):
        return write_number(value)
    return write_percent(value)
