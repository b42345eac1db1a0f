"""Two scorecards side by side."""

import pytest

from inference.types import EvaluatedPhoto, Scorecard
from webapp.scorecards import compare_scorecards, wilson_interval


def _card(*read: str | None, cer: float = 0.1, bundle: str = "a") -> Scorecard:
    photos = tuple(
        EvaluatedPhoto(
            photo=f"{place}" * 64,
            expected="RIGHT",
            vin=vin,
            confidence=0.5,
            edits=0,
            region_iou=0.9,
            milliseconds=80,
        )
        for place, vin in enumerate(read)
    )
    exact = sum(vin == "RIGHT" for vin in read)
    return Scorecard(bundle, "june", "test", len(read), exact, cer, len(read), 0.05, 80.0, 120.0, photos)


def test_one_scorecard_alone_has_no_difference() -> None:
    comparison = compare_scorecards(
        champion=None, challenger=("v1", _card("RIGHT", None)), snapshot="june", photos={}
    )
    assert not comparison.has_two
    assert comparison.rows[0].cells == ["1 of 2, 50.0 %"]
    assert comparison.rows[0].difference == ""


def test_differences_say_whether_they_are_good() -> None:
    comparison = compare_scorecards(
        champion=("v1", _card("RIGHT", "WRONG", cer=0.2)),
        challenger=("v2", _card("RIGHT", "RIGHT", cer=0.3)),
        snapshot="june",
        photos={},
    )
    exact, cer, located = comparison.rows[:3]
    assert (exact.difference, exact.tone) == ("+50.0 points better", "better")
    assert (cer.difference, cer.tone) == ("+10.0 points worse", "worse")
    assert (located.difference, located.tone) == ("same", "")


def test_photos_that_changed_lead_to_their_page() -> None:
    comparison = compare_scorecards(
        champion=("v1", _card("RIGHT", "WRONG", "RIGHT")),
        challenger=("v2", _card("RIGHT", "RIGHT", None)),
        snapshot="june",
        photos={"1" * 64: 41, "2" * 64: 42},
    )
    assert [(row.photo, row.better) for row in comparison.changed] == [(41, True), (42, False)]
    assert comparison.changed[1].challenger == ""


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # The roots x of (hits / n - x)^2 = z^2 x (1 - x) / n, from numpy.roots.
    [(8, 10, 0.490162, 0.943318), (0, 10, 0.0, 0.277533), (10, 10, 0.722467, 1.0)],
)
def test_the_interval_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(hits, n) == pytest.approx((low, high), abs=1e-5)


def test_no_photo_says_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
