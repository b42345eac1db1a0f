"""Days as stretches, and the last ones held against the first ones."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from labeling.drift import BINS, bin_of
from labeling.drift_days import (
    MOST_DAYS,
    NOTHING,
    Day,
    Measure,
    judge,
    learn_usual,
    list_stretches,
)

FIRST = date(2026, 3, 2)


def day(place: int, *, readings: int = 100, refused: int = 0, reason: str = "glare", **more: int) -> Day:
    start = FIRST + timedelta(days=place)
    confidences = [0] * BINS
    confidences[bin_of(0.97)] = readings
    return Day(
        start,
        start + timedelta(days=1),
        readings,
        confidences,
        refused,
        Counter({reason: refused} if refused else {}),
        **more,
    )


def outside(reference: list[Day], recent: list[Day]) -> set[str]:
    return {each.measure for each in judge(learn_usual(reference), reference, recent) if each.is_outside}


def test_every_day_has_a_stretch_even_where_nothing_came() -> None:
    stretches = list_stretches([day(0), day(3)], since=FIRST, until=FIRST + timedelta(days=4))
    assert [stretch.readings for stretch in stretches] == [100, 0, 0, 100, 0]
    assert [stretch.is_empty for stretch in stretches] == [False, True, True, False, True]


def test_a_long_time_is_shown_week_by_week() -> None:
    until = FIRST + timedelta(days=MOST_DAYS)
    stretches = list_stretches([day(0, refused=2), day(6, refused=3), day(7)], since=FIRST, until=until)
    assert [stretch.readings for stretch in stretches[:3]] == [200, 100, 0]
    assert (stretches[0].start, stretches[0].end) == (FIRST, FIRST + timedelta(days=7))
    assert stretches[0].reasons == {"glare": 5}


def test_a_short_reference_says_nothing() -> None:
    assert learn_usual([]) == NOTHING
    few = [day(place, readings=10) for place in range(14)]
    assert learn_usual(few) == NOTHING
    assert judge(learn_usual(few), few, [day(14, refused=90)]) == []


def test_a_reason_that_never_came_before_is_noticed() -> None:
    reference = [day(place, refused=10) for place in range(14)]
    assert outside(reference, [day(20, refused=10, reason="too_dark")]) == {
        "refused:too_dark",
        "refused:glare",
    }


def test_few_readings_of_late_are_not_judged() -> None:
    reference = [day(place, refused=5) for place in range(14)]
    assert judge(learn_usual(reference), reference, [day(20, readings=49, refused=40)]) == []


def test_people_who_change_more_are_noticed_by_share_and_by_characters() -> None:
    usual = {"accepted": 40, "changed": 4, "edits": 6}
    reference = [day(place, **usual) for place in range(14)]
    assert outside(reference, [day(20, **usual)]) == set()
    more = day(20, accepted=40, changed=20, edits=60)
    assert outside(reference, [more]) == {Measure.CHANGED, Measure.EDITS}
