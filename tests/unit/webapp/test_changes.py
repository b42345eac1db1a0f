"""Differences as marks and words."""

import pytest

from labeling.differences import BoxChange, BoxChangeKind, Differences, SymbolChange
from webapp.templatetags.changes import box_words, marked_vin, region_words, symbol_words

MOVED, ADDED, REMOVED = BoxChangeKind.MOVED, BoxChangeKind.ADDED, BoxChangeKind.REMOVED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (SymbolChange(11, 11, "8", "0"), "position 12: 8 became 0"),
        (SymbolChange(None, 3, "", "C"), "position 4: C was added"),
        (SymbolChange(3, None, "C", ""), "position 4: C was taken away"),
    ],
)
def test_a_symbol_is_told_by_its_position(change: SymbolChange, words: str) -> None:
    assert symbol_words(change) == words


def test_boxes_are_counted_and_measured() -> None:
    boxes = (
        BoxChange(MOVED, 1, 1, "A", 0.9, 2.0),
        BoxChange(MOVED, 2, 2, "B", 0.5, 7.6),
        BoxChange(ADDED, None, 3, "C"),
    )
    assert box_words(boxes) == "2 boxes moved, by up to 8 px (overlap 50 % at least), 1 box added"
    assert box_words((BoxChange(REMOVED, 1, None, "A"),)) == "1 box removed"


def test_a_region_is_told_like_a_box() -> None:
    assert region_words(BoxChange(MOVED, None, None, "", 0.88, 12.0)).endswith("12 px (overlap 88 %)")
    assert region_words(BoxChange(ADDED, None, None, "")) == "the region was added"


def test_marks_stand_on_what_is_different() -> None:
    html = marked_vin("AB0", Differences(symbols=(SymbolChange(2, 2, "8", "0"),)))
    assert html.count("<mark") == 1
    assert ">0</mark>" in html
    assert "no text" in marked_vin("")
    assert "<mark" not in marked_vin("AB0", None)
