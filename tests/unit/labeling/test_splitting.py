"""A vehicle once in test stays there, one that has taught never gets there, and no photo is on both sides."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.snapshot import split_for_vehicle
from inference.vin import ALPHABET, LENGTH
from labeling.splitting import Past, balance_kinds, plan_splits

VINS = [f"WVWZZZ1JZXW{number:06d}" for number in range(200)]
TESTED = [vin for vin in VINS if split_for_vehicle(vin, seed=1) == "test"]
TAUGHT = [vin for vin in VINS if split_for_vehicle(vin, seed=1) == "train"]


def photo(number: int) -> UUID:
    return UUID(int=number)


def test_without_a_past_the_hash_decides() -> None:
    splits = plan_splits([(photo(n), vin) for n, vin in enumerate(VINS)], Past(), seed=1)
    assert splits == {photo(n): split_for_vehicle(vin, seed=1) for n, vin in enumerate(VINS)}


def test_a_vehicle_once_in_test_stays_whatever_the_seed() -> None:
    past = Past(tested=set(TESTED))
    for seed in range(2, 8):
        assert set(
            plan_splits([(photo(n), vin) for n, vin in enumerate(TESTED)], past, seed=seed).values()
        ) == {"test"}


def test_a_vehicle_that_has_taught_never_gets_into_test() -> None:
    for seed in range(2, 8):
        splits = plan_splits(
            [(photo(n), vin) for n, vin in enumerate(VINS)], Past(taught=set(VINS)), seed=seed
        )
        assert "test" not in splits.values()
        validation = sum(split == "validation" for split in splits.values())
        assert 0.1 < validation / len(VINS) < 0.3


def test_a_photo_of_test_whose_label_is_corrected_takes_its_new_vehicle_along() -> None:
    """Photo 1 was in test under a slip; the vehicle that it shows has not taught, so all of it tests."""
    vin = TAUGHT[0]
    past = Past(tested={TESTED[0]}, photos_tested={photo(1)})
    assert plan_splits([(photo(1), vin), (photo(2), vin)], past, seed=1) == {
        photo(1): "test",
        photo(2): "test",
    }


def test_a_photo_on_the_other_side_stays_out() -> None:
    taught = Past(tested={TESTED[0]}, photos_taught={photo(1)})
    assert plan_splits([(photo(1), TESTED[0]), (photo(2), TESTED[0])], taught, seed=1) == {
        photo(1): None,
        photo(2): "test",
    }
    tested = Past(taught={TAUGHT[0]}, photos_tested={photo(1)})
    assert plan_splits([(photo(1), TAUGHT[0]), (photo(2), TAUGHT[0])], tested, seed=1) == {
        photo(1): None,
        photo(2): "train",
    }


labels = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 12)), min_size=1, max_size=25)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(labels, st.integers(0, 3)), min_size=2, max_size=5))
def test_however_labels_are_corrected_nothing_leaks(rounds: list[tuple[list[tuple[int, int]], int]]) -> None:
    """Each round relabels photos at will and freezes with another seed."""
    tested: set[str] = set()
    taught: set[str] = set()
    photos: dict[str, set[UUID]] = {"tested": set(), "taught": set()}
    for relabeled, seed in rounds:
        current = {photo(number): VINS[vin] for number, vin in relabeled}
        past = Past(tested, taught, photos["tested"], photos["taught"])
        splits = plan_splits(current.items(), past, seed=seed)
        for key, split in splits.items():
            if split == "test":
                tested = tested | {current[key]}
                photos["tested"] = photos["tested"] | {key}
            elif split is not None:
                taught = taught | {current[key]}
                photos["taught"] = photos["taught"] | {key}
        assert not tested & taught
        assert not photos["tested"] & photos["taught"]


@pytest.mark.parametrize("kinds", [["a"], ["a", "a", "b"], ["a"] * 9 + ["b"] + [""] * 5])
def test_all_kinds_weigh_the_same_together(kinds: list[str]) -> None:
    weights = balance_kinds(kinds)
    sums = {kind: sum(w for w, k in zip(weights, kinds, strict=True) if k == kind) for kind in kinds}
    assert sum(weights) == pytest.approx(len(kinds))
    assert max(sums.values()) == pytest.approx(min(sums.values()))


def test_the_vins_of_these_tests_are_vins() -> None:
    assert all(len(vin) == LENGTH and set(vin) <= set(ALPHABET) for vin in VINS)
    assert TESTED
    assert TAUGHT
