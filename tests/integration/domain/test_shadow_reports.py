"""How a shadow compares with the champion, and where the two differ."""

from __future__ import annotations

from datetime import timedelta

import pytest

from labeling.measures import Share
from labeling.models import Prediction, Shadow, ShadowReading
from labeling.operations import shadows
from labeling.policies import Forbidden, NotFound
from labeling.queries.paging import InvalidCursor
from labeling.queries.shadows import (
    get_shadow,
    get_shadow_report,
    list_differences,
)
from tests.conftest import People
from tests.integration.domain.test_rereadings import BETTER
from tests.integration.domain.workshop import PlainReader, Workshop
from tests.photos import VIN

pytestmark = pytest.mark.django_db


@pytest.fixture
def shadow(workshop: Workshop) -> Shadow:
    return shadows.start_shadow(
        version=workshop.register("challenger"), by=workshop.people.ml_engineer, now=workshop.now
    )


def add(
    workshop: Workshop,
    shadow: Shadow,
    seed: int,
    champion: str,
    challenger: str,
    *,
    day: int = 0,
    accepted: str = "",
) -> None:
    """A photo that both have read, and perhaps people."""
    task = workshop.open_task(seed, PlainReader(champion))
    row = ShadowReading.objects.filter(photo=task.photo)
    at = workshop.later(days=day)
    row.update(state="read", vin=challenger, confidence=0.7, milliseconds=20.0, read_at=at, listed_at=at)
    if accepted:
        workshop.annotate(task, accepted)
        workshop.review(task)


def test_nothing_read_is_no_report_of_anything(shadow: Shadow) -> None:
    report = get_shadow_report(shadow=shadow)
    assert (report.read, report.waiting, report.agreed, report.paired.n) == (0, 0, Share(), 0)
    assert report.shadow_time is None
    assert report.paired.p_value == 1


def test_agreement_is_counted_day_by_day(workshop: Workshop, shadow: Shadow) -> None:
    add(workshop, shadow, 1, VIN, VIN)
    add(workshop, shadow, 2, VIN, BETTER)
    add(workshop, shadow, 3, VIN, VIN, day=1)
    workshop.open_task(4)
    report = get_shadow_report(shadow=shadow)
    assert [(day.day, day.agreed) for day in report.days] == [
        (workshop.now.date(), Share(1, 2)),
        ((workshop.now + timedelta(days=1)).date(), Share(1, 1)),
    ]
    assert (report.agreed, report.read, report.waiting) == (Share(2, 3), 3, 1)
    assert report.shadow_time is not None
    assert report.champion_time is not None
    assert (report.shadow_time.median, report.champion_time.median) == (20, 12)


def test_both_are_held_against_what_people_accepted(workshop: Workshop, shadow: Shadow) -> None:
    add(workshop, shadow, 1, VIN, BETTER, accepted=BETTER)
    add(workshop, shadow, 2, VIN, BETTER, accepted=VIN)
    add(workshop, shadow, 3, VIN, BETTER, accepted=BETTER)
    add(workshop, shadow, 4, VIN, VIN, accepted=VIN)
    add(workshop, shadow, 5, VIN, BETTER)
    add(workshop, shadow, 6, VIN, BETTER, accepted="?" + BETTER[1:])
    paired = get_shadow_report(shadow=shadow).paired
    assert (paired.champion, paired.shadow) == (Share(2, 4), Share(3, 4))
    assert (paired.won, paired.lost, paired.difference) == (2, 1, 0.25)
    assert paired.p_value == 1
    assert paired.interval[0] < 0.25 < paired.interval[1]


def test_what_waits_for_review_is_not_accepted(workshop: Workshop, shadow: Shadow) -> None:
    add(workshop, shadow, 1, VIN, BETTER)
    workshop.annotate(ShadowReading.objects.get().photo.task, BETTER)
    assert get_shadow_report(shadow=shadow).paired.n == 0
    assert list_differences(shadow=shadow).items[0].accepted == ""


def test_differences_come_page_by_page_the_newest_first(workshop: Workshop, shadow: Shadow) -> None:
    for seed in (1, 2, 3):
        add(workshop, shadow, seed, VIN, BETTER, accepted=BETTER if seed == 3 else "")
    add(workshop, shadow, 4, VIN, VIN)
    first = list_differences(shadow=shadow, limit=2)
    assert [row.accepted for row in first.items] == [BETTER, ""]
    assert first.next_cursor is not None
    second = list_differences(shadow=shadow, limit=2, after=first.next_cursor)
    assert (len(second.items), second.next_cursor) == (1, None)
    assert {row.prediction for row in [*first.items, *second.items]} == set(
        Prediction.objects.exclude(photo__name="photo-4.jpg")
    )
    with pytest.raises(InvalidCursor):
        list_differences(shadow=shadow, after="WyJ4Il0")


def test_only_those_who_train_see_it(workshop: Workshop, shadow: Shadow, other_people: People) -> None:
    assert get_shadow(user=workshop.people.admin, shadow_id=shadow.pk) == shadow
    for person in (workshop.people.annotator, workshop.people.reviewer):
        with pytest.raises(Forbidden):
            get_shadow(user=person, shadow_id=shadow.pk)
    with pytest.raises(NotFound):
        get_shadow(user=other_people.admin, shadow_id=shadow.pk)
