"""Days of incoming photos are counted once they change, and judged beside the first ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from inference.metrics import count_edits
from labeling.drift import BINS, bin_of
from labeling.models import AuditEvent, DriftAlert, DriftDay, ModelVersion, Prediction, Task
from labeling.operations import drift, model_versions, shadows
from labeling.operations.inputs import InvalidReason
from labeling.policies import Forbidden, NotFound
from labeling.queries.drift import get_drift, list_alerts
from tests.conftest import People
from tests.integration.domain.test_rereadings import BETTER, promote
from tests.integration.domain.test_rereadings import work as reread
from tests.integration.domain.workshop import PlainReader, Workshop
from tests.photos import VIN

pytestmark = pytest.mark.django_db


def count(workshop: Workshop, at: datetime | None = None) -> int:
    return drift.count_drift(now=lambda: at or workshop.now)


def add_days(
    workshop: Workshop, refused: Sequence[int], *, readings: int = 100, first: int = 0, **fields: Any
) -> None:
    """Counted days of the version in service, one after the other, with so many refused photos."""
    confidences = [0] * BINS
    confidences[bin_of(0.997)] = readings
    for place, number in enumerate(refused, start=first):
        values = {"confidences": confidences, "reasons": {"glare": number}, "counted_at": workshop.now}
        DriftDay.objects.create(
            project=workshop.people.project,
            model_version=workshop.version,
            day=workshop.later(days=place).date(),
            readings=readings,
            refused=number,
            **(values | fields),
        )


def judge(workshop: Workshop, *, days: int) -> list[DriftAlert]:
    drift.judge_project(project=workshop.people.project, now=workshop.later(days=days))
    return list_alerts(project=workshop.people.project)


def test_a_day_says_what_was_read_and_what_people_changed(workshop: Workshop) -> None:
    workshop.open_task(1, PlainReader(confidence=0.97))
    workshop.accept(2)
    task = workshop.open_task(3)
    workshop.annotate(task, BETTER)
    workshop.review(task)
    first = Prediction.objects.first()
    assert first is not None
    assert count(workshop) == 1
    day = DriftDay.objects.get()
    assert (day.day, day.model_version, day.readings) == (workshop.now.date(), workshop.version, 3)
    assert (day.confidences[bin_of(0.97)], day.confidences[bin_of(0.8)], sum(day.confidences)) == (1, 2, 3)
    assert (day.accepted, day.changed) == (2, 1)
    assert day.edits == count_edits(VIN, BETTER)
    assert (day.refused, day.reasons) == (0, {})


def test_refused_photos_are_counted_by_their_first_reason(workshop: Workshop) -> None:
    task = workshop.open_task(1)
    reading = Prediction.objects.get(photo=task.photo)
    issues = [{"code": "glare", "advice": "Tilt."}, {"code": "blurred", "advice": "Hold still."}]
    reading.pk, reading.photo = None, workshop.upload(2)
    reading.quality = {"readable": False, "issues": issues, "measures": {}}
    reading.save(force_insert=True)
    count(workshop)
    day = DriftDay.objects.get()
    assert (day.readings, day.refused, day.reasons) == (2, 1, {"glare": 1})


def test_what_is_read_again_is_not_incoming_and_neither_is_a_shadows(workshop: Workshop) -> None:
    shadows.start_shadow(
        version=workshop.register("shadow"), by=workshop.people.ml_engineer, now=workshop.now
    )
    workshop.open_task(1)
    version = promote(workshop, at=workshop.later(hours=1))
    reread(workshop)
    assert Prediction.objects.count() == 2
    count(workshop, workshop.later(hours=3))
    assert [(day.model_version, day.readings) for day in DriftDay.objects.all()] == [(workshop.version, 1)]
    assert not DriftDay.objects.filter(model_version=version).exists()


def test_known_photos_are_left_out(workshop: Workshop) -> None:
    task = workshop.accept(1)
    prediction = Prediction.objects.get()
    type(task.photo).objects.filter(pk=task.photo_id).update(is_probe=True)
    Task.objects.filter(pk=task.pk).update(is_probe=True)
    workshop.open_task(2)
    count(workshop)
    assert (DriftDay.objects.get().readings, DriftDay.objects.get().accepted) == (1, 0)
    assert prediction.photo_id == task.photo_id


def test_counting_again_changes_what_changed_and_nothing_twice(workshop: Workshop) -> None:
    workshop.open_task(1)
    count(workshop)
    workshop.accept(2)
    assert count(workshop, workshop.later(days=1)) == 4
    day = DriftDay.objects.get()
    assert (day.readings, day.accepted) == (2, 1)
    assert count(workshop, workshop.later(days=1)) == 4
    assert DriftDay.objects.count() == 1


def test_a_job_that_was_killed_goes_on_where_it_was(workshop: Workshop, monkeypatch: Any) -> None:
    workshop.open_task(1)
    real, seen = drift.count_day, []

    def count_day(*, day: date, **more: Any) -> None:
        seen.append(day)
        if len(seen) == 3:
            raise KeyboardInterrupt
        real(day=day, **more)

    monkeypatch.setattr(drift, "count_day", count_day)
    with pytest.raises(KeyboardInterrupt):
        count(workshop, workshop.later(days=5))
    assert DriftDay.objects.get().readings == 1
    count(workshop, workshop.later(days=5))
    assert seen[-1] == workshop.later(days=5).date()


def test_nothing_is_said_while_the_reference_is_learned(workshop: Workshop) -> None:
    add_days(workshop, [10] * 10)
    assert judge(workshop, days=9) == []
    found = get_drift(project=workshop.people.project, now=workshop.later(days=9))
    assert (found.is_learning, found.findings, len(found.stretches)) == (True, [], 10)


def test_too_few_photos_are_no_reference_and_no_learning(workshop: Workshop) -> None:
    add_days(workshop, [1] * 3, readings=2, first=20)
    found = get_drift(project=workshop.people.project, now=workshop.later(days=22))
    assert (found.is_learning, found.findings) == (False, [])
    add_days(workshop, [1] * 20, readings=2)
    found = get_drift(project=workshop.people.project, now=workshop.later(days=22))
    assert (found.is_learning, found.findings) == (False, [])


def test_a_share_that_leaves_its_band_opens_one_alert_and_closes_it(workshop: Workshop) -> None:
    add_days(workshop, [10, 11, 9] * 5)
    add_days(workshop, [12] * 3, first=15)
    assert judge(workshop, days=17) == []
    add_days(workshop, [45] * 3, first=18)
    alerts = {alert.measure: alert for alert in judge(workshop, days=20)}
    assert set(alerts) == {"refused", "refused:glare"}
    alert = alerts["refused"]
    assert alert.value > alert.high > alert.usual == pytest.approx(0.1, abs=0.01)
    assert AuditEvent.objects.filter(verb="drift.alerted").count() == 2
    assert len(judge(workshop, days=20)) == 2
    add_days(workshop, [10] * 7, first=21)
    assert all(alert.closed_at == workshop.later(days=27) for alert in judge(workshop, days=27))
    assert AuditEvent.objects.filter(verb="drift.ended").count() == 2


def test_a_shifted_confidence_and_edits_open_alerts(workshop: Workshop) -> None:
    doubtful = [0] * BINS
    doubtful[bin_of(0.6)] = 100
    usual = {"accepted": 20, "changed": 2, "edits": 3}
    add_days(workshop, [0] * 14, reasons={}, **usual)
    add_days(workshop, [0] * 7, first=14, reasons={}, confidences=doubtful, accepted=20, changed=14, edits=40)
    assert {alert.measure for alert in judge(workshop, days=20)} == {"confidence", "changed", "edits"}


def test_of_few_photos_nothing_is_said(workshop: Workshop) -> None:
    add_days(workshop, [1] * 14, readings=10)
    add_days(workshop, [9] * 7, readings=10, first=14)
    assert judge(workshop, days=20) == []


def test_another_version_in_service_ends_the_alerts_of_the_one_before(workshop: Workshop) -> None:
    add_days(workshop, [10] * 14)
    add_days(workshop, [60] * 7, first=14)
    assert judge(workshop, days=20)[0].closed_at is None
    version = workshop.register("second")
    model_versions.promote_version(
        version=version, by=workshop.people.ml_engineer, now=workshop.later(days=20), override_reason="Glare."
    )
    assert all(alert.closed_at for alert in judge(workshop, days=21))


def test_somebody_says_what_it_is(workshop: Workshop, other_people: People) -> None:
    people, now = workshop.people, workshop.later(days=21)
    add_days(workshop, [10] * 14)
    add_days(workshop, [60] * 7, first=14)
    alert = judge(workshop, days=20)[0]
    for person, refusal in ((people.reviewer, Forbidden), (other_people.admin, NotFound)):
        with pytest.raises(refusal):
            drift.acknowledge_alert(alert=alert, note="Sun", by=person, now=now)
    with pytest.raises(InvalidReason):
        drift.acknowledge_alert(alert=alert, note="  ", by=people.ml_engineer, now=now)
    seen = drift.acknowledge_alert(alert=alert, note="The new camera.", by=people.ml_engineer, now=now)
    assert (seen.acknowledged_by, seen.note) == (people.ml_engineer, "The new camera.")
    with pytest.raises(drift.AlreadySeen):
        drift.acknowledge_alert(alert=alert, note="Again", by=people.admin, now=now)
    unseen = list_alerts(project=people.project, only_unseen=True)
    assert alert not in unseen


def test_the_database_keeps_alerts_and_days_whole(workshop: Workshop) -> None:
    add_days(workshop, [10])
    same: dict[str, Any] = {
        "project": workshop.people.project,
        "model_version": workshop.version,
        "day": workshop.now.date(),
        "counted_at": workshop.now,
    }
    for wrong in ({}, {"day": workshop.later(days=1).date(), "refused": 2, "readings": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DriftDay.objects.create(**(same | wrong))


def test_without_a_version_in_service_there_is_nothing(people: People, now: datetime) -> None:
    assert not ModelVersion.objects.exists()
    assert drift.count_drift(now=lambda: now) == 0
    assert get_drift(project=people.project, now=now + timedelta(days=30)).version is None
