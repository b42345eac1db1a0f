"""Plausible wrong characters and inconspicuous names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import vin
from labeling.seeding import CONFUSED, chance_of_probe, name_beside, seed_error

VIN = "1HGCM82633A004352"
SHARES = st.floats(0, 1, exclude_max=True)


def characters(text: str, alternatives: dict[int, list[str]] | None = None) -> list[dict[str, Any]]:
    others = alternatives or {}
    return [
        {
            "index": index,
            "symbol": symbol,
            "confidence": 0.99,
            "quad": None,
            "alternatives": [{"symbol": other, "confidence": 0.01} for other in others.get(index, [])],
        }
        for index, symbol in enumerate(text)
    ]


def test_symbols_are_mistaken_for_other_symbols_of_vins() -> None:
    for symbol, others in CONFUSED.items():
        assert symbol in vin.VALUES
        assert symbol not in others
        assert set(others) <= set(vin.VALUES)


@given(SHARES, SHARES)
def test_exactly_one_character_is_wrong(place: float, choice: float) -> None:
    error = seed_error(VIN, characters(VIN), place=place, choice=choice)
    assert error is not None
    differing = [index for index in range(17) if error.vin[index] != VIN[index]]
    assert differing == [error.index]
    assert error.vin[error.index] == error.symbol
    assert error.symbol in CONFUSED[VIN[error.index]]
    assert "".join(character["symbol"] for character in error.characters) == error.vin


def test_the_model_seems_as_sure_as_before_and_what_was_right_becomes_an_alternative() -> None:
    original = characters(VIN, {0: ["T", "7"]})
    error = seed_error(VIN, original, place=0, choice=0)
    assert error is not None
    assert (error.index, error.symbol) == (0, "T")
    assert error.characters[0]["confidence"] == 0.99
    assert [each["symbol"] for each in error.characters[0]["alternatives"]] == ["1", "7"]
    assert original[0]["symbol"] == "1", "the known photo's own prediction is left alone"


def test_a_text_in_which_nothing_is_mistaken_stays() -> None:
    assert seed_error("JJJ", characters("JJJ"), place=0.5, choice=0.5) is None


@given(st.text(max_size=20), st.integers(0, 99999), SHARES)
def test_a_name_with_a_number_gets_another_of_the_same_length(stem: str, number: int, step: float) -> None:
    name = f"{stem}{number}.jpg"
    other = name_beside(name, step=step)
    assert other != name
    assert (len(other), other[-4:]) == (len(name), ".jpg")


@given(st.integers(0, 99), SHARES)
def test_the_name_is_not_that_of_the_known_photo(number: int, step: float) -> None:
    """Who has seen it would know it again."""
    name, known = "photo-7.jpg", f"photo-{number}.jpg"
    assert name_beside(name, step=step, unlike=known) not in (name, known)


def test_a_name_without_a_number_stays() -> None:
    assert name_beside("front.jpg", step=0.5) == "front.jpg"


@pytest.mark.parametrize(("share", "chance"), [(0, 0), (0.2, 0.25), (0.05, 0.05 / 0.95)])
def test_the_share_is_of_all_photos_that_come(share: float, chance: float) -> None:
    assert chance_of_probe(share) == pytest.approx(chance)
