"""Regions and character boxes as shapes for an inline SVG over the photo."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.templatetags.words import confidence_level

Quad = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Box:
    """One character with its place; `level` is high, medium, low, or empty where no model said it."""

    symbol: str
    points: str
    level: str
    words: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One character of the text."""

    symbol: str
    confidence: float | None
    level: str
    edited: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A view of the photo turned so that the text is upright, and close around it."""

    view_box: str
    transform: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What one reading put on the photo."""

    region: str = ""
    boxes: tuple[Box, ...] = ()
    cells: tuple[Cell, ...] = ()
    strip: Strip | None = None
    source: str = ""
    key: str = ""

    @property
    def is_rated(self) -> bool:
        """Whether the model says of any character how sure it is."""
        return any(cell.confidence is not None for cell in self.cells)


def draw_reading(
    *, region: Quad | None, characters: Sequence[Mapping[str, Any]], source: str, key: str
) -> Drawing:
    """A prediction's or an annotation's region and characters, in the order of the text."""
    ordered = sorted(characters, key=lambda character: character["index"])
    return Drawing(
        region=write_points(region) if region else "",
        boxes=tuple(_draw_box(character) for character in ordered if character.get("quad")),
        cells=tuple(_draw_cell(character) for character in ordered),
        strip=frame_strip(region) if region else None,
        source=source,
        key=key,
    )


def _draw_box(character: Mapping[str, Any]) -> Box:
    cell = _draw_cell(character)
    sure = "" if cell.confidence is None else f"{cell.confidence * 100:.0f} % sure"
    words = "edited by a person" if cell.edited else sure
    return Box(cell.symbol, write_points(character["quad"]), cell.level, words)


def _draw_cell(character: Mapping[str, Any]) -> Cell:
    sure = character.get("confidence")
    edited = bool(character.get("edited"))
    level = "" if edited or sure is None else confidence_level(sure)
    return Cell(character["symbol"], None if edited else sure, level, edited)


def write_points(quad: Quad) -> str:
    """The corners as an SVG polygon has them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in quad)


def frame_strip(region: Quad) -> Strip:
    """The region's first corner is the top left of the text, the second its top right."""
    angle = math.atan2(region[1][1] - region[0][1], region[1][0] - region[0][0])
    center_x = sum(x for x, _ in region) / 4
    center_y = sum(y for _, y in region) / 4
    turned = [_turn(x - center_x, y - center_y, -angle) for x, y in region]
    half_width = max(abs(x) for x, _ in turned) * 1.03
    half_height = max(abs(y) for _, y in turned) * 1.25
    box = (center_x - half_width, center_y - half_height, 2 * half_width, 2 * half_height)
    return Strip(
        view_box=" ".join(f"{value:.1f}" for value in box),
        transform=f"rotate({-math.degrees(angle):.2f} {center_x:.1f} {center_y:.1f})",
    )


def _turn(x: float, y: float, angle: float) -> tuple[float, float]:
    return (x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle))
