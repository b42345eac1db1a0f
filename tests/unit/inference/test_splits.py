import random

from inference.splits import part_of, part_of_boxed, plate_design
from inference.vin import ALPHABET


def test_photos_of_one_design_are_never_kept_apart():
    rng = random.Random(4)
    for _ in range(200):
        design = "".join(rng.choices(ALPHABET, k=8))
        vins = [design + "".join(rng.choices(ALPHABET, k=9)) for _ in range(5)]
        assert {plate_design(vin) for vin in vins} == {design}
        assert len({part_of(vin) for vin in vins}) == 1


def test_a_third_of_the_designs_and_a_fifth_of_the_boxed_photos_are_held_out():
    rng = random.Random(5)
    designs = ["".join(rng.choices(ALPHABET, k=8)) + "0" * 9 for _ in range(6000)]
    assert 0.30 < sum(part_of(vin) == "held_out" for vin in designs) / len(designs) < 0.37
    assert 0.18 < sum(part_of_boxed(f"photos/{n}.jpg") == "held_out" for n in range(6000)) / 6000 < 0.22


def test_the_parts_stay_as_they_are():
    vins = ("WMEEJ3BA4DK652562", "1HGCM82633A004352", "TESTDSGN100000000")
    assert [part_of(vin) for vin in vins] == ["held_out", "held_out", "held_out"]
