"""What people send, checked before it is stored."""

from __future__ import annotations

import math
from typing import Any

import pytest

from labeling.operations import inputs

VIN = "1HGCM82633A004352"
QUAD = [[10, 10], [50, 10], [50, 40], [10, 40]]


@pytest.mark.parametrize("text", [VIN, VIN.lower(), f"  {VIN}\n", "1hGcM82633a004352"])
def test_a_vin_is_brought_into_capitals(text: str) -> None:
    assert inputs.clean_text(text) == VIN


def test_unknown_positions_stay_unknown() -> None:
    assert inputs.clean_text("1hg??" + VIN[5:]) == "1HG??" + VIN[5:]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "17 characters"),
        (VIN[:-1], "has 16"),
        (VIN + "1", "has 18"),
        ("IHGCM82633A004352", "holds I"),
        ("1HGCM82633A00O352", "holds O"),
        ("1HGCM82633A00Q352", "holds Q"),
        ("1HGCM82633А004352", "U\\+0410"),  # a Cyrillic A
        ("1HGCM82633A00435ß", "U\\+00DF"),
        ("1HGCM82633A00435２", "U\\+FF12"),  # a full-width 2
        ("1HGCM82633A0043\ud800", "U\\+D800"),
        ("1HG CM82633A00435", "a space"),
        ("?" * 17, "unreadable"),
    ],
)
def test_what_is_no_vin_is_told(text: str, named: str) -> None:
    with pytest.raises(inputs.InvalidText, match=named) as refused:
        inputs.clean_text(text)
    assert set(refused.value.fields) == {"text"}


@pytest.mark.parametrize("text", [None, 17, ["1"], {"a": 1}])
def test_a_text_is_a_text(text: Any) -> None:
    with pytest.raises(inputs.InvalidText):
        inputs.clean_text(text)


@pytest.mark.parametrize("text", ["", "1h", "?" * 17, VIN])
def test_a_draft_need_not_be_finished(text: str) -> None:
    assert inputs.clean_draft_text(text) == text.upper()


@pytest.mark.parametrize("text", ["OOPS", VIN + "1", "Ж"])
def test_a_draft_holds_symbols_of_vins_only(text: str) -> None:
    with pytest.raises(inputs.InvalidText):
        inputs.clean_draft_text(text)


def clean(characters: Any, text: str = VIN) -> list[dict[str, Any]]:
    return inputs.clean_characters(characters, text=text, width=100, height=60)


def test_characters_come_back_in_order_and_whole() -> None:
    given = [
        {"index": 1, "symbol": "x", "quad": QUAD, "confidence": 0.5, "alternatives": []},
        {"index": 0, "symbol": "1", "quad": None, "edited": True, "more": "dropped"},
    ]
    assert clean(given) == [
        {
            "index": 0,
            "symbol": "1",
            "confidence": None,
            "quad": None,
            "alternatives": [],
            "edited": True,
        },
        {
            "index": 1,
            "symbol": "H",
            "confidence": 0.5,
            "quad": [[float(x), float(y)] for x, y in QUAD],
            "alternatives": [],
            "edited": False,
        },
    ]


def test_corners_that_a_screen_rounded_are_drawn_in() -> None:
    quad = [[-0.6, 0], [100.7, 0], [100.7, 60.9], [-0.6, 60.9]]
    (character,) = clean([{"index": 0, "symbol": "1", "quad": quad}])
    assert character["quad"] == [[0.0, 0.0], [100.0, 0.0], [100.0, 60.0], [0.0, 60.0]]


def box(**changes: Any) -> dict[str, Any]:
    return {"index": 0, "symbol": "1", "quad": QUAD} | changes


BAD = {
    "no list": "boxes",
    "an object": {"index": 0},
    "10,000 boxes": [box(index=n) for n in range(10_000)],
    "no object": [[1, 2]],
    "index missing": [{"symbol": "1"}],
    "index a bool": [box(index=True)],
    "index a float": [box(index=0.0)],
    "index negative": [box(index=-1)],
    "index huge": [box(index=10**30)],
    "index twice": [box(), box()],
    "symbol odd": [box(index=20, symbol="I")],
    "symbol long": [box(index=20, symbol="AB")],
    "symbol a number": [box(index=20, symbol=1)],
    "confidence above": [box(confidence=1.01)],
    "confidence NaN": [box(confidence=math.nan)],
    "confidence text": [box(confidence="0.5")],
    "quad a text": [box(quad="1234")],
    "three corners": [box(quad=QUAD[:3])],
    "a corner of three": [box(quad=[[1, 2, 3], *QUAD[1:]])],
    "NaN": [box(quad=[[math.nan, 10], *QUAD[1:]])],
    "infinite": [box(quad=[[math.inf, 10], *QUAD[1:]])],
    "a huge whole number": [box(quad=[[10**400, 10], *QUAD[1:]])],
    "a bool": [box(quad=[[True, 10], *QUAD[1:]])],
    "left of the photo": [box(quad=[[-2, 10], *QUAD[1:]])],
    "below the photo": [box(quad=[[10, 61.5], *QUAD[1:]])],
    "flat": [box(quad=[[10, 10], [50, 10], [50, 10], [10, 10]])],
    "one point": [box(quad=[[10, 10]] * 4)],
    "alternatives odd": [box(alternatives="AB")],
    "alternatives many": [box(alternatives=[{"symbol": "A", "confidence": 0.1}] * 11)],
    "alternative odd": [box(alternatives=["A"])],
    "alternative foreign": [box(alternatives=[{"symbol": "O", "confidence": 0.1}])],
}


@pytest.mark.parametrize("characters", BAD.values(), ids=BAD.keys())
def test_boxes_that_cannot_be_are_refused_by_name(characters: Any) -> None:
    with pytest.raises(inputs.InvalidCharacters) as refused:
        clean(characters)
    (field,) = refused.value.fields
    assert field.startswith("characters")


def test_no_region_is_no_region() -> None:
    assert inputs.clean_region(None, width=100, height=60) is None


@pytest.mark.parametrize(
    "region",
    [
        [[10, 10], [50, 40], [50, 10], [10, 40]],  # its sides cross
        [[10, 10], [50, 10], [20, 15], [10, 40]],  # bent inwards
        [[10, 10], [500, 10], [500, 40], [10, 40]],
        [],
        "region",
    ],
    ids=["crossed", "bent", "outside", "empty", "text"],
)
def test_a_region_must_be_one_that_can_be_straightened(region: Any) -> None:
    with pytest.raises(inputs.InvalidCharacters):
        inputs.clean_region(region, width=100, height=60)


@pytest.mark.parametrize("reason", ["", "   ", "\x00\x01", None, 7, "a" * 501])
def test_a_reason_is_some_words(reason: Any) -> None:
    with pytest.raises(inputs.InvalidReason):
        inputs.clean_reason(reason)


def test_a_reason_is_one_line_of_printable_characters() -> None:
    assert inputs.clean_reason(" glare\nover\x00 the\ud800 middle ") == "glare over the middle"
