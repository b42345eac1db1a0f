"""What a reviewer changed, so that the person who submitted it sees where to look next time."""

from dataclasses import dataclass

from labeling.queries.history import Submitted
from webapp.drawings import Drawing, draw_reading

Symbols = list[tuple[str, bool]]
"""The symbols of a text, each with whether it is to be marked."""


@dataclass(frozen=True, slots=True)
class Line:
    """One of the texts that are compared."""

    who: str
    symbols: Symbols


@dataclass(frozen=True, slots=True)
class Lesson:
    """One photo: what was read, submitted and made of it, and the place to look at."""

    item: Submitted
    lines: list[Line]
    drawing: Drawing | None
    changed: int

    @property
    def is_about_boxes(self) -> bool:
        """Whether the reviewer kept every character and moved boxes or the region."""
        return self.item.corrected is not None and self.item.corrected.text == self.item.annotation.text


def draw_lesson(item: Submitted, *, who: str) -> Lesson:
    """`who` submitted it: 'You', or a name."""
    annotation, corrected = item.annotation, item.corrected
    final = corrected or annotation
    reading = annotation.prediction.vin if annotation.prediction else ""
    lines = []
    if reading:
        lines.append(Line("Model", _mark(reading, final.text)))
    if annotation.text:
        lines.append(Line(who, _mark(annotation.text, final.text)))
    if corrected is not None:
        lines.append(Line("Review", _mark(corrected.text, annotation.text)))
    return Lesson(item, lines, _draw(item), _count_changed(item))


def _mark(text: str, other: str) -> Symbols:
    """Symbols that the other text has not at the same place; a missing other text marks none."""
    if not other:
        return [(symbol, False) for symbol in text]
    padded = other.ljust(len(text))
    return [(symbol, symbol != against) for symbol, against in zip(text, padded, strict=False)]


def _count_changed(item: Submitted) -> int:
    if item.corrected is None:
        return 0
    return sum(differs for _, differs in _mark(item.corrected.text, item.annotation.text))


def _draw(item: Submitted) -> Drawing | None:
    """The strip, with a box around each character that was changed."""
    if not item.photo.rendered_at:
        return None
    final = item.corrected or item.annotation
    region = final.region or item.annotation.region
    if not region and item.annotation.prediction:
        region = item.annotation.prediction.region
    if not region:
        return None
    marked = {place for place, (_, differs) in enumerate(_mark(final.text, item.annotation.text)) if differs}
    changed = [each for each in final.characters if each["index"] in marked]
    return draw_reading(region=region, characters=changed, source="", key="")
