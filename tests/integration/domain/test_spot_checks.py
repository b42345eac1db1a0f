"""Sheets of readings that were accepted without a person's eyes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from labeling.models import AuditEvent, Photo, Prediction, SpotCheck, Task
from labeling.operations import photos
from labeling.operations.spot_checks import REASON, InvalidSheet, SheetResult, check_sheet
from labeling.operations.transitions import move
from labeling.policies import Forbidden, NotFound
from labeling.queries.spot_checks import count_unseen, get_precision, list_sheet
from tests.integration.domain.workshop import PlainReader, Workshop


def accept_unseen(workshop: Workshop, count: int) -> list[Prediction]:
    """Tasks that were accepted as they were read, as a trusted pseudo-label is."""
    for seed in range(count):
        task = workshop.open_task(seed + 1)
        photos.render_photo(photo_id=task.photo_id, now=workshop.now)
        move(task, "auto_accepted", by=None, verb="task.auto_accepted", now=workshop.now)
    return list_sheet(project=workshop.people.project, viewer=workshop.people.reviewer)


def check(workshop: Workshop, shown: list[Prediction], wrong: list[Prediction]) -> SheetResult:
    return check_sheet(
        project=workshop.people.project,
        by=workshop.people.reviewer,
        shown=[reading.pk for reading in shown],
        wrong=[reading.pk for reading in wrong],
        now=workshop.now,
    )


def test_the_wrong_ones_go_back_and_the_right_ones_are_noted(workshop: Workshop) -> None:
    project = workshop.people.project
    sheet = accept_unseen(workshop, 4)
    assert check(workshop, sheet, sheet[1:2]) == SheetResult(right=3, wrong=1)
    wrong = Task.objects.get(photo=sheet[1].photo)
    assert (wrong.state, wrong.rejection_reason) == ("rejected", REASON)
    assert Task.objects.filter(state="auto_accepted").count() == 3
    marks = SpotCheck.objects.order_by("task_id").values_list("is_right", "checked_by", "checked_at")
    assert [is_right for is_right, _, _ in marks].count(True) == 3
    assert {(by, at) for _, by, at in marks} == {(workshop.people.reviewer.pk, workshop.now)}
    precision = get_precision(project=project)
    assert (precision.right, precision.checked, precision.share) == (3, 4, 0.75)
    assert 0.3 < precision.interval[0] < 0.75 < precision.interval[1] < 1
    assert AuditEvent.objects.filter(verb="task.checked").count() == 3
    assert AuditEvent.objects.get(verb="task.found_wrong").data["reason"] == "audit"
    assert count_unseen(project=project) == 0
    workshop.claim(wrong, workshop.people.annotator)


def test_nothing_is_checked_twice(workshop: Workshop) -> None:
    sheet = accept_unseen(workshop, 2)
    check(workshop, sheet, [])
    assert check(workshop, sheet, sheet) == SheetResult(passed_over=2)
    assert SpotCheck.objects.filter(is_right=True).count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        SpotCheck.objects.create(
            task=sheet[0].photo.task,
            prediction=sheet[0],
            is_right=False,
            checked_by=workshop.people.admin,
            checked_at=workshop.now,
        )


def test_what_was_opened_again_meanwhile_is_passed_over(workshop: Workshop) -> None:
    sheet = accept_unseen(workshop, 1)
    task = Task.objects.get()
    move(task, "new", by=workshop.people.reviewer, verb="task.reopened", now=workshop.now)
    assert check(workshop, sheet, []) == SheetResult(passed_over=1)


def test_a_newer_reading_takes_the_place_of_the_old_one(workshop: Workshop) -> None:
    (old,) = accept_unseen(workshop, 1)
    workshop.register("next")
    version = workshop.register("later")
    newer = Prediction.objects.create(
        photo=old.photo,
        model_version=version,
        vin=old.vin,
        confidence=0.9,
        milliseconds=1.0,
        created_at=workshop.later(minutes=5),
    )
    sheet = list_sheet(project=workshop.people.project, viewer=workshop.people.reviewer)
    assert sheet == [newer]
    assert check(workshop, [old], []) == SheetResult(passed_over=1)


def test_a_sheet_has_a_letter_for_each_strip(workshop: Workshop) -> None:
    sheet = accept_unseen(workshop, 25)
    assert len(sheet) == 24
    with pytest.raises(InvalidSheet):
        check_sheet(
            project=workshop.people.project,
            by=workshop.people.reviewer,
            shown=range(25),
            wrong=[],
            now=workshop.now,
        )


def test_what_was_not_shown_is_not_wrong(workshop: Workshop) -> None:
    sheet = accept_unseen(workshop, 2)
    with pytest.raises(InvalidSheet):
        check(workshop, sheet[:1], sheet[1:])


def test_annotators_and_strangers_check_nothing(workshop: Workshop) -> None:
    sheet = accept_unseen(workshop, 1)
    people = workshop.people
    for person, refusal in ((people.annotator, Forbidden), (people.outsider, NotFound)):
        with pytest.raises(refusal):
            list_sheet(project=people.project, viewer=person)
        with pytest.raises(refusal):
            check_sheet(project=people.project, by=person, shown=[sheet[0].pk], wrong=[], now=workshop.now)
    assert not SpotCheck.objects.exists()


def test_the_readings_of_other_projects_are_passed_over(workshop: Workshop, other_people) -> None:
    (reading,) = accept_unseen(workshop, 1)
    result = check_sheet(
        project=other_people.project,
        by=other_people.reviewer,
        shown=[reading.pk],
        wrong=[reading.pk],
        now=workshop.now,
    )
    assert result == SheetResult(passed_over=1)


def test_a_check_is_history_that_goes_with_its_photo(workshop: Workshop) -> None:
    (reading,) = accept_unseen(workshop, 1)
    check(workshop, [reading], [reading])
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        SpotCheck.objects.update(is_right=True)
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        SpotCheck.objects.all()._raw_delete("default")
    photos.delete_photo(photo=reading.photo, by=workshop.people.admin, now=workshop.now)
    assert not SpotCheck.objects.exists()


def test_a_photo_that_cannot_be_shown_yet_is_on_no_sheet(workshop: Workshop) -> None:
    accept_unseen(workshop, 1)
    Photo.objects.update(rendered_at=None)
    assert count_unseen(project=workshop.people.project) == 0


def test_a_photo_without_a_reading_is_on_no_sheet(workshop: Workshop) -> None:
    task = workshop.open_task(1, PlainReader(vin=None))
    assert task.state == "new"
    assert list_sheet(project=workshop.people.project, viewer=workshop.people.reviewer) == []
