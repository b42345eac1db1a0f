"""Regions and boxes as shapes."""

import pytest

from webapp.drawings import draw_reading

REGION = [[100, 100], [300, 100], [300, 140], [100, 140]]


def _character(index: int, symbol: str = "A", confidence: float | None = 0.99, **more: object) -> dict:
    quad = [
        [100 + index * 10, 100],
        [110 + index * 10, 100],
        [110 + index * 10, 140],
        [100 + index * 10, 140],
    ]
    return {"index": index, "symbol": symbol, "confidence": confidence, "quad": quad, **more}


def test_characters_stand_in_the_order_of_the_text() -> None:
    drawing = draw_reading(
        region=REGION, characters=[_character(1, "B"), _character(0, "A")], source="v1", key="p1"
    )
    assert [cell.symbol for cell in drawing.cells] == ["A", "B"]
    assert drawing.region == "100.0,100.0 300.0,100.0 300.0,140.0 100.0,140.0"


def test_a_character_without_a_place_has_a_cell_and_no_box() -> None:
    drawing = draw_reading(region=None, characters=[{**_character(0), "quad": None}], source="", key="")
    assert len(drawing.cells) == 1
    assert drawing.boxes == ()
    assert drawing.strip is None


@pytest.mark.parametrize(("confidence", "level"), [(0.99, "high"), (0.9, "medium"), (0.2, "low"), (None, "")])
def test_the_level_says_how_sure_the_model_is(confidence: float | None, level: str) -> None:
    drawing = draw_reading(region=None, characters=[_character(0, confidence=confidence)], source="", key="")
    assert drawing.cells[0].level == drawing.boxes[0].level == level


def test_an_edited_character_never_shows_the_models_confidence() -> None:
    drawing = draw_reading(region=None, characters=[_character(0, edited=True)], source="", key="")
    assert drawing.cells[0].confidence is None
    assert drawing.boxes[0].words == "edited by a person"


def test_the_strip_of_an_upright_region_lies_around_it() -> None:
    strip = draw_reading(region=REGION, characters=[], source="", key="").strip
    assert strip is not None
    left, top, width, height = (float(value) for value in strip.view_box.split())
    assert strip.transform == "rotate(-0.00 200.0 120.0)"
    assert left < 100 < 300 < left + width
    assert top < 100 < 140 < top + height


def test_the_strip_of_a_region_that_reads_downwards_is_turned_upright() -> None:
    downwards = [[140, 100], [140, 300], [100, 300], [100, 100]]
    strip = draw_reading(region=downwards, characters=[], source="", key="").strip
    assert strip is not None
    _, _, width, height = (float(value) for value in strip.view_box.split())
    assert strip.transform.startswith("rotate(-90.00 ")
    assert width > height
