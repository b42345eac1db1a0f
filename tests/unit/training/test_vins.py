import numpy as np

from inference.vin import ALPHABET, has_valid_check_digit, is_vin
from training.synthesis.vins import random_vin


def draw(count: int) -> list[str]:
    rng = np.random.default_rng(3)
    return [random_vin(rng) for _ in range(count)]


def test_every_text_is_a_vin() -> None:
    assert all(is_vin(vin) for vin in draw(300))


def test_most_but_not_all_check_digits_are_right() -> None:
    share = np.mean([has_valid_check_digit(vin) for vin in draw(600)])
    assert 0.55 < share < 0.85


def test_every_symbol_appears_in_the_serial_number_too() -> None:
    assert set("".join(vin[11:] for vin in draw(1500))) == set(ALPHABET)


def test_vins_repeat_with_the_seed_and_differ_within_it() -> None:
    assert draw(20) == draw(20)
    assert len(set(draw(200))) == 200
