"""Which readings may become labels, which threshold shows the target, and what a sample says."""

from __future__ import annotations

from math import comb
from typing import Any

import pytest

from inference.metrics import wilson_interval
from labeling.pseudo_labels import (
    Audit,
    AuditVerdict,
    Compared,
    Objection,
    bound_precision,
    choose,
    find_objection,
    find_shortage,
    size_sample,
)

VIN = "1HGCM82633A004352"
GERMAN = "WVWZZZ1JZXW000001"
"""Its country demands no check digit, and its own is none."""


def stages(*texts: str, **more: Any) -> dict[str, Any]:
    return {"lines": [{"text": text} for text in texts], **more}


@pytest.mark.parametrize(
    ("vin", "told", "objection"),
    [
        (VIN, stages(VIN, VIN), Objection.NONE),
        (GERMAN, stages(GERMAN, GERMAN), Objection.NONE),
        ("", stages(), Objection.NO_VIN),
        (VIN[:-1], stages(VIN[:-1], VIN[:-1]), Objection.NO_VIN),
        (VIN, {}, Objection.DISAGREE),
        (VIN, stages(VIN), Objection.DISAGREE),
        (VIN, stages(VIN, VIN[:-1] + "3"), Objection.DISAGREE),
        (VIN, stages(GERMAN, GERMAN), Objection.DISAGREE),
        (VIN, stages(VIN, VIN, barcode_verdict="conflicts"), Objection.BARCODE),
        (VIN, stages(VIN, VIN, barcode_verdict="agrees"), Objection.NONE),
        (VIN[:-1] + "3", stages(*[VIN[:-1] + "3"] * 2), Objection.CHECK_DIGIT),
    ],
)
def test_what_speaks_against_a_reading(vin: str, told: dict[str, Any], objection: Objection) -> None:
    assert find_objection(vin, told) == objection


def compare(count: int, confidence: float, *, right: bool = True, objection: str = "") -> list[Compared]:
    return [Compared(VIN, VIN if right else GERMAN, confidence, objection)] * count


def test_the_threshold_is_the_lowest_that_shows_the_target() -> None:
    choice = choose([*compare(80, 0.9), *compare(40, 0.7), *compare(20, 0.5, right=False)], target=0.95)
    assert choice.threshold == 0.7
    assert choice.chosen is not None
    assert (choice.chosen.accepted, choice.chosen.right, choice.chosen.n) == (120, 120, 140)
    assert choice.chosen.least_precision == wilson_interval(120, 120)[0] >= 0.95
    assert choice.problem == ""


def test_what_something_speaks_against_is_never_accepted_and_lowers_the_coverage() -> None:
    wrong = compare(50, 0.99, right=False, objection="disagree")
    choice = choose([*compare(80, 0.9), *wrong], target=0.95)
    assert choice.threshold == 0.9
    assert choice.chosen is not None
    assert choice.chosen.coverage == 80 / 130


def test_without_a_threshold_it_says_how_many_are_needed_and_what_can_be_had() -> None:
    choice = choose(
        [*compare(40, 0.9), *compare(1, 0.8, right=False), *compare(9, 0, objection="no_vin")], target=0.995
    )
    assert (choice.threshold, choice.chosen) == (None, None)
    assert "99.5 %" in choice.problem
    assert "765 validation readings" in choice.problem
    assert (
        "Here are 50: on 41 both recognizers agree and nothing contradicts, and 1 of these are wrong"
        in choice.problem
    )
    assert "Ask for 91.2 % or less" in choice.problem
    assert choose([*compare(40, 0.9)], target=0.912).threshold == 0.9


def test_nothing_read_at_all_is_told_apart() -> None:
    problem = choose(compare(9, 0.9, objection="disagree"), target=0.9).problem
    assert "on 0 both recognizers agree" in problem
    assert "Ask for less" in problem


def test_too_few_photos_are_known_before_anything_is_read() -> None:
    assert find_shortage(765, target=0.995) == ""
    sentence = find_shortage(60, target=0.995)
    assert "765 validation photos at least" in sentence
    assert "Ask for 93.9 % or less, or annotate more photos" in sentence
    assert choose(compare(60, 0.9), target=0.939).threshold == 0.9
    assert "Ask" not in find_shortage(2, target=0.995)


def exact_tail(found: int, total: int, marked: int, drawn: int) -> float:
    """The same as the code's, with whole numbers."""
    counts = range(max(0, drawn - total + marked), min(found, marked, drawn) + 1)
    ways = sum(comb(marked, count) * comb(total - marked, drawn - count) for count in counts)
    return ways / comb(total, drawn)


@pytest.mark.parametrize(("wrong", "checked", "total"), [(0, 30, 100), (2, 30, 100), (5, 60, 70), (0, 1, 2)])
def test_the_interval_is_the_exact_one(wrong: int, checked: int, total: int) -> None:
    low, high = bound_precision(wrong, checked, total)
    possible = range(wrong, total - (checked - wrong) + 1)
    most = max(k for k in possible if exact_tail(wrong, total, k, checked) > 0.025)
    right = checked - wrong
    least = min(k for k in possible if exact_tail(right, total, total - k, checked) > 0.025)
    assert (low, high) == (pytest.approx(1 - most / total), pytest.approx(1 - least / total))


def test_who_has_looked_at_all_knows() -> None:
    assert bound_precision(2, 50, 50) == (0.96, 0.96)
    assert bound_precision(0, 0, 50) == (0.0, 1.0)


def test_of_many_it_is_nearly_the_interval_of_a_proportion() -> None:
    low, _ = bound_precision(0, 500, 1_000_000)
    assert low == pytest.approx(0.025 ** (1 / 500), abs=1e-5)


@pytest.mark.parametrize("target", [0.9, 0.95, 0.99, 0.995])
@pytest.mark.parametrize("total", [1, 10, 100, 1000])
def test_a_sample_is_large_enough_and_no_larger(target: float, total: int) -> None:
    size = size_sample(total, target=target, wanted=1)
    assert bound_precision(0, size, total)[0] >= target
    assert size == 1 or bound_precision(0, size - 1, total)[0] < target
    assert size_sample(total, target=target, wanted=10**6) == total
    assert size <= size_sample(total, target=target, wanted=0) <= total


def test_where_nobody_says_how_many_one_wrong_one_is_allowed() -> None:
    size = size_sample(2000, target=0.98, wanted=0)
    assert Audit(2000, size, size - 1, 1, 0.98).verdict == AuditVerdict.MET
    assert Audit(2000, size, size - 2, 2, 0.98).verdict == AuditVerdict.MISSED


def test_an_audit_is_missed_as_soon_as_the_rest_cannot_save_it() -> None:
    assert Audit(accepted=1000, sample=100, right=40, wrong=0, target=0.95).verdict == AuditVerdict.OPEN
    assert Audit(accepted=1000, sample=100, right=0, wrong=3, target=0.95).verdict == AuditVerdict.MISSED
    whole = Audit(accepted=1000, sample=100, right=100, wrong=0, target=0.95)
    assert (whole.verdict, whole.waiting, whole.share) == (AuditVerdict.MET, 0, 1.0)
    assert whole.interval[0] >= 0.95
