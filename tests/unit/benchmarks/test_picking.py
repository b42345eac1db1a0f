"""How a VIN is picked out of the text of a general engine: kindly, so that the comparison is fair."""

import pytest

from benchmarks.picking import pick_vin

VIN = "1M8GDM9AXKP042788"


@pytest.mark.parametrize(
    "line", [VIN, f"*{VIN}*", f"VIN: {VIN}", "1M8 GDM9AX KP042788", "IM8GDM9AXKPO42788", VIN.lower()]
)
def test_one_line(line: str) -> None:
    assert pick_vin([line], joined=line) == VIN


def test_the_right_check_digit_is_preferred() -> None:
    assert pick_vin(["TYPE1PASSENGERCAR", VIN], joined="") == VIN
    assert pick_vin(["WVWZZZ1JZXW000001", "MOTOR"], joined="") == "WVWZZZ1JZXW000001"


def test_two_rows_are_joined() -> None:
    assert pick_vin([VIN[9:], VIN[:9]], joined=VIN) == VIN


def test_too_little_text() -> None:
    assert pick_vin([], joined="") is None
    assert pick_vin(["1M8GDM9AXKP04278"], joined="1M8GDM9AXKP04278") is None


def test_lines_of_a_label() -> None:
    """A chance check digit in a longer line does not beat a line that is a VIN without one."""
    lines = ["TC RU E-RU.MT02.00345", "GAWR R 1450KG(3197LBS) 235/65R16 103T", "Z94CB41BBGR358353"]
    assert pick_vin(lines, joined="".join(lines)) == "Z94CB41BBGR358353"
    assert pick_vin(["VIN XW8CJ41Z0DK234281"], joined="") == "XW8CJ41Z0DK234281"
