"""Letters made of single strokes, as steel dies, rollers and engraving machines cut them, and of dots on a
grid of five by seven, as needle printers and dot-peen markers set them.

A stroke is `L` with the points of a polyline or `A` with an arc (center, radii, first and last angle in
degrees against the clock). Units: capitals are 6 high and about 4 wide, y points up. Where tools differ - a
flat or a round 3, an open or a closed 4 - there are several drawings of a symbol.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

CAP_UNITS = 6.0
GRID_ROWS = 7
GRID_COLUMNS = 5

_BOWL = "A2,4,2,2,0,180|L0,4 0,2|A2,2,2,2,180,360|L4,2 4,4"
_OPEN_BOWL = "A2,4,2,2,20,180|L0,4 0,2|A2,2,2,2,180,"
_CLOSED_P = "L0,0 0,6 2.4,6|A2.4,4.4,1.6,1.6,-90,90|L2.4,2.8 0,2.8"

STROKES: dict[str, tuple[str, ...]] = {
    "0": (_BOWL, _BOWL, _BOWL + "|L0.6,1.2 3.4,4.8"),
    "1": ("L2,0 2,6 0.7,4.7", "L2,0 2,6 0.7,4.7|L0.6,0 3.4,0", "L2,0 2,6", "L2,0 2,6 1.2,5.4"),
    "2": ("A2,4.1,2,1.9,-20,170|L3.88,3.45 0,0 4,0", "A2,4.4,1.9,1.6,-35,170|L3.55,3.48 0,0.9 0,0 4,0"),
    "3": (
        "A2,4.5,1.8,1.5,-90,150|A2,1.5,2,1.5,-150,90|L1.2,3 2,3",
        "L0.1,6 3.9,6 1.8,3.7|A1.9,1.85,2.1,1.85,-150,90",
    ),
    "4": ("L3,0 3,6 0,1.8 4,1.8", "L0.8,6 0,2.1 4,2.1|L3,4 3,0", "L2.9,0 2.9,2.6|L2.4,6 0,1.6 4,1.6"),
    "5": ("L3.7,6 0.5,6 0.3,3.2|A1.9,2,2.1,2,-150,140", "L3.8,6 0.2,6 0.2,3.6 2,3.6|A2,1.8,2,1.8,-150,90"),
    "6": (
        "A2,2,2,2,0,360|A4,2,4,4,92,180",
        "A2,1.9,2,1.9,0,360|L3,6 0.35,2.9",
        _OPEN_BOWL + "360|A2,2,2,1.6,0,180",
    ),
    "7": ("L0,6 4,6 1.5,0", "L0,6 4,6 2.4,3 1.8,0", "L0,6 4,6 1.5,0|L1,3 3.6,3"),
    "8": ("A2,4.5,1.7,1.5,0,360|A2,1.5,2,1.5,0,360", "A2,4.4,1.9,1.6,0,360|A2,1.4,1.9,1.4,0,360"),
    "9": ("A2,4,2,2,0,360|A0,4,4,4,272,360", "A2,4.1,2,1.9,0,360|L1,0 3.65,3.1"),
    "A": (
        "L0,0 2,6 4,0|L0.7,2 3.3,2",
        "L0,0 0,4.3 1,6 3,6 4,4.3 4,0|L0,2.6 4,2.6",
        "L0,0 2,6 4,0|L0.9,2.6 3.1,2.6",
    ),
    "B": ("L2.3,0 0,0 0,6 2.3,6|A2.3,4.6,1.5,1.4,-90,90|L0,3.2 2.3,3.2|A2.3,1.6,1.7,1.6,-90,90",),
    "C": (_OPEN_BOWL + "340",),
    "D": ("L2,0 0,0 0,6 2,6|A2,4,2,2,0,90|L4,4 4,2|A2,2,2,2,-90,0",),
    "E": ("L4,0 0,0 0,6 4,6|L0,3.1 3,3.1",),
    "F": ("L0,0 0,6 4,6|L0,3.1 3,3.1",),
    "G": (
        _OPEN_BOWL + "360|L4,2 4,2.8 2.3,2.8",
        _OPEN_BOWL + "340|L4,0 4,2.7 2.4,2.7",
        _OPEN_BOWL + "360|L4,2 2.5,2",
    ),
    "H": ("L0,0 0,6|L4,0 4,6|L0,3 4,3",),
    "I": ("L1,0 1,6",),
    "J": ("L3.5,6 3.5,1.8|A1.8,1.8,1.7,1.8,180,360", "L1.5,6 3.5,6 3.5,1.8|A1.8,1.8,1.7,1.8,190,360"),
    "K": ("L0,0 0,6|L4,6 0,2.4|L1.3,3.6 4,0",),
    "L": ("L0,6 0,0 3.8,0",),
    "M": ("L0,0 0,6 2.2,2.5 4.4,6 4.4,0", "L0,0 0,6 2.2,0 4.4,6 4.4,0", "L0,0 0.7,6 2.3,1.5 3.9,6 4.6,0"),
    "N": ("L0,0 0,6 4,0 4,6",),
    "O": (_BOWL,),
    "P": (_CLOSED_P,),
    "R": (_CLOSED_P + "|L1.8,2.8 4,0", _CLOSED_P + "|L2.4,2.8 3.7,2 3.9,0"),
    "S": (
        "A2,4.45,1.85,1.55,30,270|A2,1.45,2,1.45,-150,90",
        "A2,4.5,2,1.5,15,250|A2,1.5,2,1.5,-165,70|L1.3,3.1 2.7,2.9",
    ),
    "T": ("L0,6 4,6|L2,6 2,0",),
    "U": ("L0,6 0,2|A2,2,2,2,180,360|L4,2 4,6",),
    "V": ("L0,6 2,0 4,6",),
    "W": ("L0,6 1.25,0 2.5,4.5 3.75,0 5,6", "L0,6 0.3,0 2.3,3.5 4.3,0 4.6,6", "L0,6 1.2,0 2.4,6 3.6,0 4.8,6"),
    "X": ("L0,0 4,6|L0,6 4,0",),
    "Y": ("L0,6 2,3 4,6|L2,3 2,0", "L0,6 2,2.6 4,6|L2,2.6 2,0"),
    "Z": ("L0,6 4,6 0,0 4,0", "L0,6 4,6 0,0 4,0|L1,3 3,3"),
    "*": (
        "L2,1 2,5|L0.3,2 3.7,4|L0.3,4 3.7,2",
        "L2,2 2,6|L0.3,3 3.7,5|L0.3,5 3.7,3",
        "L0.5,1.5 3.5,4.5|L0.5,4.5 3.5,1.5",
    ),
    "-": ("L0.5,3 3.5,3",),
    "+": ("L0.3,3 3.7,3|L2,1.3 2,4.7",),
    "<": ("L3.5,5 0.5,3 3.5,1",),
    ">": ("L0.5,5 3.5,3 0.5,1",),
    "#": ("L1,0.8 1.6,5.2|L2.6,0.8 3.2,5.2|L0.2,2.2 3.8,2.2|L0.4,3.8 4,3.8",),
}

_ROWS: dict[str, tuple[str, ...]] = {
    "0": ("0E11111111110E", "0E11131519110E"),
    "1": ("040C040404040E", "040C0404040404"),
    "2": ("0E11010204081F", "0E11010E10101F"),
    "3": ("1F02040201110E", "0E11010601110E"),
    "4": ("02060A121F0202",),
    "5": ("1F101E0101110E",),
    "6": ("0608101E11110E", "0E11101E11110E"),
    "7": ("1F010204080808", "1F010102040404"),
    "8": ("0E11110E11110E",),
    "9": ("0E11110F01020C", "0E11110F01110E"),
    "A": ("0E11111F111111", "040A11111F1111"),
    "B": ("1E11111E11111E",),
    "C": ("0E11101010110E",),
    "D": ("1E11111111111E",),
    "E": ("1F10101E10101F",),
    "F": ("1F10101E101010",),
    "G": ("0E11101711110F", "0E11101013110E"),
    "H": ("1111111F111111",),
    "J": ("0702020202120C", "0101010111110E"),
    "K": ("11121418141211",),
    "L": ("1010101010101F",),
    "M": ("111B1515111111",),
    "N": ("11111915131111",),
    "P": ("1E11111E101010",),
    "R": ("1E11111E141211",),
    "S": ("0F10100E01011E", "0E11100E01110E"),
    "T": ("1F040404040404",),
    "U": ("1111111111110E",),
    "V": ("11111111110A04", "1111110A0A0404"),
    "W": ("1111111515150A", "11111115151B11"),
    "X": ("11110A040A1111",),
    "Y": ("11110A04040404",),
    "Z": ("1F01020408101F",),
    "*": ("0004150E150400",),
    "-": ("0000001F000000",),
    "+": ("0004041F040400",),
}


def stroke_paths(symbol: str, style: int) -> list[Points] | None:
    """Polylines (N x 2, y up) of the drawing that the style uses; None where there is none."""
    drawings = STROKES.get(symbol)
    if drawings is None:
        return None
    return [_parse(stroke) for stroke in drawings[_variant(symbol, style, len(drawings))].split("|")]


def grid_dots(symbol: str, style: int) -> Points | None:
    """N x 2 columns and rows of the dots, from the upper left; None where there is no such symbol."""
    drawings = _ROWS.get(symbol)
    if drawings is None:
        return None
    rows = bytes.fromhex(drawings[_variant(symbol, style, len(drawings))])
    dots = [(c, r) for r, bits in enumerate(rows) for c in range(GRID_COLUMNS) if bits & (0x10 >> c)]
    return np.array(dots, dtype=float)


def _variant(symbol: str, style: int, count: int) -> int:
    """The same for a style, spread over the drawings across symbols."""
    return (style * 7 + ord(symbol) * 3 * min(style, 1)) % count


def _parse(stroke: str) -> Points:
    if stroke[0] == "L":
        return np.array([[float(v) for v in pair.split(",")] for pair in stroke[1:].split()])
    x, y, radius_x, radius_y, first, last = (float(v) for v in stroke[1:].split(","))
    angles = np.radians(np.linspace(first, last, max(int(abs(last - first) / 12), 4)))
    return np.stack([x + radius_x * np.cos(angles), y + radius_y * np.sin(angles)], axis=1)
