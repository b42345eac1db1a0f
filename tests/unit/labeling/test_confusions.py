"""Confused characters."""

from labeling.confusions import ConfusedPair, Confusion, count_pairs, count_positions, find_confusions

VIN = "1HGCM82633A004352"


def test_each_difference_is_a_confusion_with_its_position() -> None:
    assert find_confusions("1HGCMB2633A0O4352", VIN) == [Confusion("B", "8", 6), Confusion("O", "0", 13)]
    assert find_confusions(VIN, VIN) == []


def test_another_vin_and_one_that_slid_are_no_confusions() -> None:
    assert find_confusions(VIN[1:] + "7", VIN) == []
    assert find_confusions(VIN[:-1], VIN) == []
    assert find_confusions("", VIN) == []


def test_pairs_are_counted_the_most_frequent_first() -> None:
    texts = [
        ("1HGCMB2633A004352", VIN),
        ("1HGCMB2633A0O4352", VIN),
        (VIN[:-1] + "Z", VIN),
        ("B" + VIN[1:], VIN),
    ]
    confusions = [each for typed, meant in texts for each in find_confusions(typed, meant)]
    assert count_pairs(confusions) == [
        ConfusedPair("B", "8", 2, (6,)),
        ConfusedPair("B", "1", 1, (1,)),
        ConfusedPair("O", "0", 1, (13,)),
        ConfusedPair("Z", "2", 1, (17,)),
    ]
    counted = count_positions(confusions)
    assert (len(counted), sum(counted)) == (17, 5)
    assert (counted[0], counted[5], counted[12], counted[16]) == (1, 2, 1, 1)
