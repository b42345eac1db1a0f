"""How a photo was read, in words and shapes."""

from dataclasses import asdict
from typing import Any

from inference.types import Alternative, Barcode, Candidate, CharacterBox, LineReading, Region, Stages
from webapp.explanations import BAR_WIDTH, Explanation, explain_reading

VIN = "1M8GDM9AXKP042788"
QUAD = ((0.0, 0.0), (9.0, 0.0), (9.0, 2.0), (0.0, 2.0))
CHARACTERS = [
    asdict(CharacterBox(index, symbol, 0.99, QUAD, (Alternative("B", 0.008), Alternative("3", 0.001))))
    for index, symbol in enumerate(VIN)
]
STAGES = Stages(
    regions=(Region(QUAD, 0.9), Region(QUAD, 0.4)),
    looks=4,
    lines=(
        LineReading("sequence", VIN, (0.99,) * 17),
        LineReading("characters", "7" + VIN[1:], (0.6, *[0.99] * 16)),
    ),
    candidates=(Candidate(VIN, 0.8), Candidate("7" + VIN[1:], 0.2)),
    raw_confidence=0.97,
    barcodes=(Barcode("Code39", "I" + VIN, VIN, QUAD), Barcode("QRCode", "<b>parts</b>", None, QUAD)),
    barcode_verdict="agrees",
    milliseconds={"new_stage": 0.0, "rectify": 4.0, "detect": 40.0},
)
QUALITY = {
    "readable": True,
    "issues": [{"code": "glare", "advice": "Tilt it."}],
    "measures": {"crop_p2": 0.5},
}


def explain(**changes: Any) -> Explanation:
    given = {"vin": VIN, "characters": CHARACTERS, "quality": QUALITY, "stages": asdict(STAGES)}
    told = explain_reading(model="v1", confidence=0.99, milliseconds=50.0, **(given | changes))
    assert told is not None
    return told


def test_recognizers_stand_above_the_result_and_differences_are_marked() -> None:
    sequence, characters, result = explain().lines
    assert (sequence.word, characters.word, result.word) == ("Sequence", "Characters", "Result")
    assert [cell.differs for cell in sequence.cells] == [False] * 17
    assert [cell.differs for cell in characters.cells] == [True] + [False] * 16
    assert characters.cells[0].level == "low"
    assert result.is_result
    assert result.cells[0].alternatives == (("B", "0.8"),)  # what is next to impossible is left out


def test_a_refused_photo_has_lines_without_a_result() -> None:
    told = explain(vin="", characters=[])
    assert [line.word for line in told.lines] == ["Sequence", "Characters"]
    assert not any(cell.differs for line in told.lines for cell in line.cells)


def test_candidates_are_compared_with_the_first() -> None:
    first, second = explain().candidates
    assert [symbol for symbol, differs in first.symbols if differs] == []
    assert [symbol for symbol, differs in second.symbols if differs] == ["7"]
    assert second.bar == 0.2 * BAR_WIDTH


def test_times_bar_codes_quality_and_regions() -> None:
    told = explain()
    assert [(time.word, time.time, time.bar) for time in told.times] == [
        ("Detector", "40 ms", BAR_WIDTH),
        ("Straighten", "4.0 ms", BAR_WIDTH / 10),
        ("New stage", "0.0 ms", 0.0),
    ]
    assert [(code.format, code.vin) for code in told.codes] == [("Code39", VIN), ("QRCode", "")]
    assert told.code_verdict == "agrees"
    assert told.issues == ("Tilt it.",)
    assert told.measures == (("Crop p2", 0.5),)
    assert told.regions[1].words == "line 2, 40 % like a VIN"
    assert told.regions[0].points == "0.0,0.0 9.0,0.0 9.0,2.0 0.0,2.0"


def test_a_prediction_of_before_has_no_explanation() -> None:
    given = {"vin": VIN, "characters": CHARACTERS, "quality": QUALITY, "stages": {}}
    assert explain_reading(model="v1", confidence=0.99, milliseconds=50.0, **given) is None


def test_a_photo_in_which_nothing_was_found() -> None:
    told = explain(vin="", characters=[], quality={"readable": False}, stages=asdict(Stages()))
    assert (told.lines, told.candidates, told.times, told.positions) == ((), (), (), ())
    assert told.readable is False
