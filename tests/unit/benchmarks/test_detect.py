from benchmarks.detect import Answer, Method, format_table
from inference.geometry import Box
from training.boxed_photos import BoxedPhoto

DRAWN: Box = (0, 0, 100, 20)
ASIDE: Box = (0, 100, 100, 120)


def test_lines_that_are_found_and_lines_that_are_not_are_told_apart() -> None:
    photos = [
        BoxedPhoto("a", "", DRAWN),
        BoxedPhoto("b", "", DRAWN),
        BoxedPhoto("c", "1M8GDM9AXKP042788", DRAWN),
    ]
    found = {"a": Answer((ASIDE, DRAWN), 10), "b": Answer((), 20), "c": Answer((DRAWN,), 30)}
    table = format_table(photos, [Method("engine", found)])
    _, known, unread, everything = table.splitlines()
    assert known.startswith("with a known VIN")
    assert "100.0%" in known
    assert " 50.0%" in unread
    assert " 66.7%" in everything
    assert everything.split()[1] == "3"
    assert everything.split()[-2:] == ["20", "30"]
