"""VINs with check digits that are known from the standards and from makers' documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import vin

KNOWN = [
    "1M8GDM9AXKP042788",  # the example of 49 CFR 565 commentaries: the remainder is 10, written X
    "11111111111111111",
    "5GZCZ43D13S812715",
    "1FTFW1ET5DFC10312",
    "LSVAA4189E2184847",
]
vins = st.text(alphabet=vin.ALPHABET, min_size=vin.LENGTH, max_size=vin.LENGTH)


@pytest.mark.parametrize("text", KNOWN[:3])
def test_known_check_digits(text: str) -> None:
    assert vin.check_digit(text) == text[8]
    assert vin.has_valid_check_digit(text)


def test_a_wrong_check_digit_is_noticed() -> None:
    assert not vin.has_valid_check_digit("1M8GDM9A1KP042788")


@given(vins, st.integers(0, 16), st.sampled_from(vin.ALPHABET))
def test_a_change_of_value_is_always_noticed(text: str, index: int, symbol: str) -> None:
    """Every weight but that of position 9 is prime to 11: one changed value changes the remainder."""
    if index == 8 or vin.VALUES[symbol] % 11 == vin.VALUES[text[index]] % 11:
        return
    changed = text[:index] + symbol + text[index + 1 :]
    assert vin.check_digit(changed) != vin.check_digit(text)


@given(vins)
def test_the_check_digit_makes_a_vin_consistent(text: str) -> None:
    repaired = text[:8] + vin.check_digit(text) + text[9:]
    assert vin.has_valid_check_digit(repaired)
    assert vin.find_problems(repaired) == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("1M8GDM9AXKP04278", "has 17 characters; this has 16"),
        ("1M8GDM9AXKP0427888", "this has 18"),
        ("IM8GDM9AXKP042788", "holds I"),
        ("1M8GDM9AXKPO4278Q", "holds O, Q"),
        ("1m8gdm9axkp042788", "holds a, d, g, k, m"),
        ("1М8GDM9AXKP042788", "U+041C"),
        ("1M8GDM9 XKP042788", "a space"),
        ("", "this has 0"),
    ],
)
def test_problems_are_named(text: str, word: str) -> None:
    assert word in " ".join(vin.find_problems(text))
    assert not vin.is_vin(text)
    with pytest.raises(vin.NotAVin):
        vin.check_digit(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1M8", True), ("LSV", True), ("WVW", False), ("7SA", True), ("7A1", False), ("", False)],
)
def test_where_a_check_digit_is_demanded(text: str, expected: bool) -> None:
    assert vin.expects_check_digit(text) is expected
