"""What the formats share: a labeled photo, and what may be wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from inference import vin as rules
from inference.geometry import quad_from_points
from inference.snapshot import SPLITS, SnapshotCharacter, Split
from inference.types import Quad
from labeling import strict_json

MAX_CHARACTERS = 40
"""More boxes than a VIN can need."""

MAX_LINES = 2000
"""Lines of text in one photo; beyond that it is no photo of a VIN."""

MAX_COORDINATE = 1e6
TOO_MANY_ROWS = 20_000

Files = Mapping[str, bytes]
"""Label files by their path in the package."""

SizeOf = Callable[[str], tuple[int, int] | None]
"""Width and height of an upright image of the set by its name; None where there is no such image."""


class BadRow(ValueError):
    """Why a row cannot be loaded, in a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class LabeledPhoto:
    """One photo of a set and what is known of it; `vin` is empty where nobody has read it.

    `file` is the name by which the set knows the image; coordinates are pixels of the upright photo.
    """

    file: str
    vin: str
    region: Quad | None = None
    characters: tuple[SnapshotCharacter, ...] = ()
    width: int = 0
    height: int = 0
    split: Split = "train"
    source: str = ""
    weight: float = 1.0
    kind: str = ""
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A label and where it stood, for people to find it again."""

    place: str
    label: LabeledPhoto


@dataclass(frozen=True, slots=True)
class Problem:
    """Why what stood there cannot be loaded."""

    place: str
    message: str


@dataclass(slots=True)
class Parsed:
    """What a set holds."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, place: str, read: Callable[[], LabeledPhoto]) -> None:
        """Keep what `read` returns, or why it could not."""
        if len(self.rows) + len(self.problems) >= TOO_MANY_ROWS:
            raise BadRow(f"The set has more than {TOO_MANY_ROWS} rows. Split it into smaller ones.")
        try:
            label = read()
            check_label(label)
            self.rows.append(Row(place, label))
        except BadRow as error:
            self.problems.append(Problem(place, str(error)))


def check_label(label: LabeledPhoto) -> None:
    """What every format must hold to. Raises BadRow."""
    if not label.file.strip():
        raise BadRow("The row names no photo.")
    if label.vin:
        check_vin(label.vin)
    if len(label.characters) > MAX_CHARACTERS:
        raise BadRow(
            f"There are {len(label.characters)} character boxes: a VIN has {rules.LENGTH}. Remove the others."
        )
    align_characters(label.vin, [character.symbol for character in label.characters])


def align_characters(text: str, symbols: Sequence[str]) -> tuple[int, ...]:
    """The position in the text of each symbol, in order; some positions may have none. Raises BadRow."""
    positions: list[int] = []
    for symbol in symbols:
        position = text.find(symbol, positions[-1] + 1 if positions else 0)
        if len(symbol) != 1 or position < 0:
            spelled = "".join(symbols)
            raise BadRow(
                f"The characters spell {show(spelled)} and the VIN is {show(text)}. Correct one of them."
            )
        positions.append(position)
    return tuple(positions)


def check_vin(text: str) -> None:
    """Raises BadRow. Nothing is repaired: whoever made the set knows better than we what was meant."""
    problems = rules.find_problems(text)
    if not problems:
        return
    advice = "Correct it in the file."
    if text.isascii() and not rules.find_problems(text.upper()):
        advice = "Write it in capitals."
    raise BadRow(f"{show(text)} is no VIN. {' '.join(problems)} {advice}")


def choose_vin(lines: Sequence[tuple[str, Quad | None]]) -> tuple[str, Quad | None]:
    """The line that holds the VIN among all the text of a photo; no text and no place where there is none.

    Raises BadRow where none of them, or more than one, can be it.
    """
    if len(lines) > MAX_LINES:
        raise BadRow(f"The photo has {len(lines)} lines of text. Keep the one with the VIN.")
    found = [line for line in lines if rules.is_vin(line[0])]
    if len({text for text, _ in found}) > 1:
        listed = " and ".join(sorted({text for text, _ in found})[:2])
        raise BadRow(f"Its lines hold different VINs, such as {listed}. Keep the right one.")
    if found:
        return found[0]
    if not lines:
        return "", None
    if len(lines) == 1:
        check_vin(lines[0][0])
    raise BadRow(f"None of its {len(lines)} lines of text is a VIN. Correct the line that shows it.")


def quad_of(points: Any) -> Quad:
    """Four corners from numbers as they came. Raises BadRow."""
    corners = as_list(points, "A box")
    if len(corners) != 4 or any(len(as_list(corner, "A corner")) != 2 for corner in corners):
        raise BadRow("A box needs four corners of x and y.")
    return quad_from_points([[as_number(x), as_number(y)] for x, y in corners])


def as_number(value: Any) -> float:
    """A finite number of the size of a photo. Raises BadRow."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= MAX_COORDINATE:
        raise BadRow(f"{show(value)} is no coordinate: numbers of pixels are needed.")
    return float(value)


def parse_number(text: str) -> float:
    """A number that was written as text. Raises BadRow."""
    try:
        return as_number(float(text))
    except ValueError as error:
        raise BadRow(f"{show(text)} is no coordinate: numbers of pixels are needed.") from error


def as_list(value: Any, what: str) -> list[Any]:
    """Raises BadRow."""
    if not isinstance(value, list):
        raise BadRow(f"{what} must be a list, and is not.")
    return value


def as_object(value: Any, what: str) -> dict[str, Any]:
    """Raises BadRow."""
    if not isinstance(value, dict):
        raise BadRow(f"{what} must be an object, and is not.")
    return value


def as_text(value: Any, what: str) -> str:
    """Raises BadRow."""
    if not isinstance(value, str):
        raise BadRow(f"{what} must be a text, and is not.")
    return value


def as_weight(value: Any) -> float:
    """Raises BadRow."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        raise BadRow("The weight must be a number from 0 to 100.")
    return float(value)


def as_split(value: Any) -> Split:
    """A split by its name; what has none teaches. Raises BadRow."""
    for split in SPLITS:
        if value == split:
            return split
    if value in ("", None):
        return "train"
    raise BadRow(f"{show(value)} is no split: train, validation or test.")


def load_json(files: Files, path: str) -> Any:
    """The JSON of a label file. Raises BadRow."""
    try:
        return strict_json.parse_strictly(files[path], what=path)
    except strict_json.InvalidJson as error:
        raise BadRow(f"{error} Export it again, or mend it by hand.") from error


def decode_text(content: bytes, what: str = "The file") -> str:
    """Raises BadRow."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRow(f"{what} is not UTF-8. Save it as UTF-8.") from error
    if "\0" in text:
        raise BadRow(f"{what} holds NUL, so it is no text file.")
    return text


def list_lines(content: bytes, what: str = "The file") -> Iterator[tuple[int, str]]:
    """Number and text of every line that is not empty. Raises BadRow."""
    for number, line in enumerate(decode_text(content, what).splitlines(), 1):
        if line.strip():
            yield number, line


def dump_lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def stem_of(path: str) -> str:
    return PurePosixPath(path).stem


def split_of_path(path: str) -> Split:
    """What the folders and the name of a file say about its split; what says nothing teaches."""
    words = {part for name in PurePosixPath(path.lower()).parts for part in name.replace(".", "_").split("_")}
    if words & {"test", "testing"}:
        return "test"
    return "validation" if words & {"val", "valid", "validation"} else "train"


def by_split(labels: Iterable[LabeledPhoto]) -> dict[Split, list[LabeledPhoto]]:
    """The labels of each split that has any, in their order."""
    listed = list(labels)
    return {split: own for split in SPLITS if (own := [label for label in listed if label.split == split])}


def show(value: Any) -> str:
    """A value as a sentence quotes it: short, printable, and never a page long."""
    text = value if isinstance(value, str) else repr(value)
    printable = "".join(symbol if symbol.isprintable() else f"\\u{ord(symbol):04x}" for symbol in text[:60])
    return f"“{printable}{'…' if len(text) > 60 else ''}”"
