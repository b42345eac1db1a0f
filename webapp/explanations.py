"""How a photo was read, stage by stage, in the words and shapes of the photo's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.drawings import write_points
from webapp.templatetags.words import confidence_level

BAR_WIDTH = 100
"""Of the SVGs that show times and probabilities."""
MOST_ALTERNATIVES = 3
LEAST_ALTERNATIVE = 0.005
_STAGE_WORDS = {
    "decode": "Decode",
    "barcodes": "Bar codes",
    "detect": "Detector",
    "rectify": "Straighten",
    "characters": "Character recognizer",
    "sequence": "Sequence recognizer",
    "fuse": "Fusion",
    "quality": "Quality",
}
_RECOGNIZER_WORDS = {"sequence": "Sequence", "characters": "Characters"}


@dataclass(frozen=True, slots=True)
class StageTime:
    """`bar` is the length of its bar; the longest stage has BAR_WIDTH."""

    word: str
    time: str
    bar: float


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One symbol as a recognizer read it; `differs` from what was made of it."""

    symbol: str
    confidence: float
    level: str
    differs: bool
    alternatives: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadLine:
    """17 cells under each other with those of the other lines."""

    word: str
    cells: tuple[ReadCell, ...]
    is_result: bool = False


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A VIN as pairs of a symbol and whether it differs from the first candidate's."""

    symbols: tuple[tuple[str, bool], ...]
    probability: float
    bar: float


@dataclass(frozen=True, slots=True)
class Shape:
    """Something that was looked at, as a polygon on the photo."""

    points: str
    words: str


@dataclass(frozen=True, slots=True)
class Code:
    """A bar code; `vin` is empty where it holds none."""

    format: str
    text: str
    vin: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What each stage said. `measures` are names and numbers of the quality."""

    model: str
    readable: bool
    issues: tuple[str, ...]
    measures: tuple[tuple[str, float], ...]
    codes: tuple[Code, ...]
    code_verdict: str
    regions: tuple[Shape, ...]
    code_shapes: tuple[Shape, ...]
    looks: int
    lines: tuple[ReadLine, ...]
    positions: tuple[int, ...]
    candidates: tuple[CandidateRow, ...]
    raw_confidence: float
    confidence: float
    times: tuple[StageTime, ...]
    milliseconds: float


def explain_reading(
    *,
    model: str,
    vin: str,
    confidence: float,
    characters: Sequence[Mapping[str, Any]],
    quality: Mapping[str, Any],
    stages: Mapping[str, Any],
    milliseconds: float,
) -> Explanation | None:
    """The explanation of a stored prediction; None for one of before stages were kept."""
    if not stages:
        return None
    lines = _align_lines(stages.get("lines", ()), vin, characters)
    codes = stages.get("barcodes", ())
    return Explanation(
        model=model,
        readable=bool(quality.get("readable", True)),
        issues=tuple(issue["advice"] for issue in quality.get("issues", ())),
        measures=tuple((_word(name), value) for name, value in quality.get("measures", {}).items()),
        codes=tuple(Code(code["format"], code["text"], code["vin"] or "") for code in codes),
        code_verdict=stages.get("barcode_verdict") or "",
        regions=tuple(_shape(region["quad"], _say_rank(rank, region)) for rank, region in _rank(stages)),
        code_shapes=tuple(_shape(code["quad"], code["format"]) for code in codes),
        looks=stages.get("looks", 0),
        lines=lines,
        positions=tuple(range(1, max((len(line.cells) for line in lines), default=0) + 1)),
        candidates=_list_candidates(stages.get("candidates", ())),
        raw_confidence=stages.get("raw_confidence", 0.0),
        confidence=confidence,
        times=_list_times(stages.get("milliseconds", {})),
        milliseconds=milliseconds,
    )


def _rank(stages: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    return list(enumerate(stages.get("regions", ()), start=1))


def _say_rank(rank: int, region: Mapping[str, Any]) -> str:
    return f"line {rank}, {region['confidence'] * 100:.0f} % like a VIN"


def _shape(quad: Sequence[Sequence[float]], words: str) -> Shape:
    return Shape(write_points(quad), words)


def _align_lines(
    lines: Sequence[Mapping[str, Any]], vin: str, characters: Sequence[Mapping[str, Any]]
) -> tuple[ReadLine, ...]:
    """What each recognizer read, and below it what was made of both, where a VIN was given."""
    read = [_build_line(line, vin) for line in lines]
    if not vin or not characters:
        return tuple(read)
    ordered = sorted(characters, key=lambda character: character["index"])
    return (*read, ReadLine("Result", tuple(map(_build_result, ordered)), is_result=True))


def _build_line(line: Mapping[str, Any], vin: str) -> ReadLine:
    against = vin or line["text"]
    cells = [
        ReadCell(symbol, sure, confidence_level(sure), symbol != result)
        for symbol, sure, result in zip(line["text"], line["probabilities"], against, strict=False)
    ]
    return ReadLine(_RECOGNIZER_WORDS.get(line["recognizer"], line["recognizer"]), tuple(cells))


def _build_result(character: Mapping[str, Any]) -> ReadCell:
    sure = character["confidence"]
    others = [
        (other["symbol"], f"{other['confidence'] * 100:.2g}")
        for other in character.get("alternatives", ())
        if other["confidence"] >= LEAST_ALTERNATIVE
    ]
    return ReadCell(
        character["symbol"], sure, confidence_level(sure), False, tuple(others[:MOST_ALTERNATIVES])
    )


def _list_candidates(candidates: Sequence[Mapping[str, Any]]) -> tuple[CandidateRow, ...]:
    if not candidates:
        return ()
    first = candidates[0]["vin"]
    return tuple(
        CandidateRow(
            symbols=tuple((a, a != b) for a, b in zip(each["vin"], first, strict=False)),
            probability=each["probability"],
            bar=each["probability"] * BAR_WIDTH,
        )
        for each in candidates
    )


def _list_times(milliseconds: Mapping[str, float]) -> tuple[StageTime, ...]:
    """In the order of the pipeline, which the database forgets; stages that have no place in it come last."""
    longest = max(milliseconds.values(), default=0.0) or 1.0
    known = [name for name in _STAGE_WORDS if name in milliseconds]
    names = [*known, *(name for name in milliseconds if name not in _STAGE_WORDS)]
    return tuple(
        StageTime(
            word=_STAGE_WORDS.get(name, _word(name)),
            time=_write_milliseconds(milliseconds[name]),
            bar=milliseconds[name] / longest * BAR_WIDTH,
        )
        for name in names
    )


def _write_milliseconds(time: float) -> str:
    return f"{time:,.0f} ms" if time >= 10 else f"{time:.1f} ms"


def _word(name: str) -> str:
    return name.replace("_", " ").capitalize()
