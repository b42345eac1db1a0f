"""Sheets of what was accepted without a second person's eyes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from labeling.models import Annotation, AuditEvent, Photo, Prediction, SpotCheck, Task, Unseen, User
from labeling.operations import photos
from labeling.operations.spot_checks import REASONS, InvalidSheet, SheetResult, check_sheet
from labeling.operations.tasks import reopen_task
from labeling.policies import Forbidden, NotFound
from labeling.queries.quality import get_policy, list_measured, measure_error
from labeling.queries.spot_checks import Precision, SheetReading, count_unseen, list_precision, list_sheet
from tests.integration.domain.workshop import PlainReader, Workshop
from tests.pseudo_rounds import trust


def accept_unseen(workshop: Workshop, count: int) -> list[SheetReading]:
    """Tasks that were accepted as they were read, as a trusted pseudo-label is."""
    tasks = [workshop.open_task(seed + 1) for seed in range(count)]
    for task in tasks:
        photos.render_photo(photo_id=task.photo_id, now=workshop.now)
    trust(*tasks, by=workshop.people.ml_engineer)
    return list_sheet(project=workshop.people.project, viewer=workshop.people.reviewer)


def check(workshop: Workshop, shown: list[SheetReading], wrong: list[SheetReading]) -> SheetResult:
    return check_sheet(
        project=workshop.people.project,
        by=workshop.people.reviewer,
        shown=[reading.key for reading in shown],
        wrong=[reading.key for reading in wrong],
        now=workshop.now,
    )


def test_the_wrong_ones_go_back_and_the_right_ones_are_noted(workshop: Workshop) -> None:
    project = workshop.people.project
    sheet = accept_unseen(workshop, 4)
    assert check(workshop, sheet, sheet[1:2]) == SheetResult(right=3, wrong=1)
    wrong = Task.objects.get(pk=sheet[1].task.pk)
    assert (wrong.state, wrong.rejection_reason) == ("rejected", REASONS[Unseen.PSEUDO_LABEL])
    assert Task.objects.filter(state="auto_accepted").count() == 3
    marks = SpotCheck.objects.order_by("task_id").values_list("is_right", "checked_by", "checked_at")
    assert [is_right for is_right, _, _ in marks].count(True) == 3
    assert {(by, at) for _, by, at in marks} == {(workshop.people.reviewer.pk, workshop.now)}
    precision, work = list_precision(project=project)
    assert (precision.right, precision.checked, precision.share) == (3, 4, 0.75)
    assert 0.3 < precision.interval[0] < 0.75 < precision.interval[1] < 1
    assert work == Precision(Unseen.POLICY)
    assert AuditEvent.objects.filter(verb="task.checked").count() == 3
    assert AuditEvent.objects.get(verb="task.found_wrong").data["reason"] == "audit"
    assert count_unseen(project=project, viewer=workshop.people.reviewer) == 0
    workshop.claim(wrong, workshop.people.annotator)


def test_nothing_is_checked_twice(workshop: Workshop) -> None:
    sheet = accept_unseen(workshop, 2)
    check(workshop, sheet, [])
    assert check(workshop, sheet, sheet) == SheetResult(passed_over=2)
    assert SpotCheck.objects.filter(is_right=True).count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        SpotCheck.objects.create(
            task=sheet[0].task,
            prediction=sheet[0].of,
            label=sheet[0].label,
            is_right=False,
            checked_by=workshop.people.admin,
            checked_at=workshop.now,
        )


def test_what_was_opened_again_meanwhile_is_passed_over(workshop: Workshop) -> None:
    sheet = accept_unseen(workshop, 1)
    task = Task.objects.get()
    reopen_task(task=task, by=workshop.people.reviewer, now=workshop.now)
    assert check(workshop, sheet, []) == SheetResult(passed_over=1)


def test_a_newer_reading_leaves_the_label_as_it_is(workshop: Workshop) -> None:
    (old,) = accept_unseen(workshop, 1)
    workshop.register("next")
    version = workshop.register("later")
    Prediction.objects.create(
        photo=old.task.photo,
        model_version=version,
        vin=old.text,
        confidence=0.9,
        milliseconds=1.0,
        created_at=workshop.later(minutes=5),
    )
    sheet = list_sheet(project=workshop.people.project, viewer=workshop.people.reviewer)
    assert [reading.of for reading in sheet] == [old.of]
    assert check(workshop, [old], []) == SheetResult(right=1)


def test_a_sheet_has_a_letter_for_each_strip(workshop: Workshop) -> None:
    sheet = accept_unseen(workshop, 25)
    assert len(sheet) == 24
    with pytest.raises(InvalidSheet):
        check_sheet(
            project=workshop.people.project,
            by=workshop.people.reviewer,
            shown=[str(number) for number in range(25)],
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
            check_sheet(project=people.project, by=person, shown=[sheet[0].key], wrong=[], now=workshop.now)
    assert not SpotCheck.objects.exists()


def test_the_readings_of_other_projects_are_passed_over(workshop: Workshop, other_people) -> None:
    (reading,) = accept_unseen(workshop, 1)
    result = check_sheet(
        project=other_people.project,
        by=other_people.reviewer,
        shown=[reading.key],
        wrong=[reading.key],
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
    photos.delete_photo(photo=reading.task.photo, by=workshop.people.admin, now=workshop.now)
    assert not SpotCheck.objects.exists()


def test_a_photo_that_cannot_be_shown_yet_is_on_no_sheet(workshop: Workshop) -> None:
    accept_unseen(workshop, 1)
    Photo.objects.update(rendered_at=None)
    assert count_unseen(project=workshop.people.project, viewer=workshop.people.reviewer) == 0


def test_a_photo_without_a_reading_is_on_no_sheet(workshop: Workshop) -> None:
    task = workshop.open_task(1, PlainReader(vin=None))
    assert task.state == "new"
    assert list_sheet(project=workshop.people.project, viewer=workshop.people.reviewer) == []


def accept_by_policy(workshop: Workshop, seed: int, by: User | None = None) -> Annotation:
    """Annotated and rendered, and accepted as the policy asks for no review."""
    if get_policy(project=workshop.people.project).review_share:
        workshop.set_policy(review_share=0)
    task = workshop.open_task(seed)
    photos.render_photo(photo_id=task.photo_id, now=workshop.now)
    return workshop.annotate(task, by=by)


def test_an_annotation_that_nobody_reviewed_is_checked(workshop: Workshop) -> None:
    project, reviewer = workshop.people.project, workshop.people.reviewer
    for seed in (1, 2, 3):
        accept_by_policy(workshop, seed)
    sheet = list_sheet(project=project, viewer=reviewer)
    assert {reading.source for reading in sheet} == {Unseen.POLICY}
    assert check(workshop, sheet, sheet[:1]) == SheetResult(right=2, wrong=1)
    wrong = Task.objects.get(pk=sheet[0].task.pk)
    assert (wrong.state, wrong.decided_by) == ("rejected", "")
    assert wrong.rejection_reason == REASONS[Unseen.POLICY]
    assert wrong.photo.vin_source == "prediction"
    label, work = list_precision(project=project)
    assert (label.checked, work.right, work.checked) == (0, 2, 3)
    assert AuditEvent.objects.get(verb="task.found_wrong").data["annotation"] == sheet[0].key
    workshop.annotate(wrong, by=workshop.people.annotator)
    wrong.refresh_from_db()
    assert wrong.state == "submitted"


def test_nobody_checks_what_they_have_read(workshop: Workshop) -> None:
    project, reviewer = workshop.people.project, workshop.people.reviewer
    own = accept_by_policy(workshop, 1, by=reviewer)
    assert list_sheet(project=project, viewer=reviewer) == []
    assert count_unseen(project=project, viewer=reviewer) == 0
    (reading,) = list_sheet(project=project, viewer=workshop.people.admin)
    assert reading.of == own
    assert check(workshop, [reading], [reading]) == SheetResult(passed_over=1)
    with pytest.raises(DatabaseError, match="nobody checks their own"), transaction.atomic():
        SpotCheck.objects.create(
            task=own.task, annotation=own, is_right=True, checked_by=reviewer, checked_at=workshop.now
        )


def test_a_sheet_goes_on_behind_what_its_reader_may_not_check(workshop: Workshop) -> None:
    """Looked for in parts of two: whatever the order is, the first part may have nothing for the reviewer."""
    project, reviewer = workshop.people.project, workshop.people.reviewer
    for seed in range(1, 6):
        accept_by_policy(workshop, seed, by=reviewer)
    others = accept_by_policy(workshop, 6)
    (reading,) = list_sheet(project=project, viewer=reviewer, limit=1)
    assert reading.of == others
    assert count_unseen(project=project, viewer=reviewer) == 1


def test_reviewed_work_and_what_was_taken_back_are_on_no_sheet(workshop: Workshop) -> None:
    project, admin = workshop.people.project, workshop.people.admin
    photos.render_photo(photo_id=workshop.accept(1).photo_id, now=workshop.now)
    taken = accept_by_policy(workshop, 2)
    sheet = list_sheet(project=project, viewer=admin)
    assert [reading.of for reading in sheet] == [taken]
    reopen_task(task=sheet[0].task, by=taken.author, now=workshop.now)
    assert list_sheet(project=project, viewer=admin) == []
    assert check(workshop, sheet, sheet) == SheetResult(passed_over=1)


def test_a_probe_is_on_no_sheet(workshop: Workshop) -> None:
    annotation = accept_by_policy(workshop, 1)
    Photo.objects.update(is_probe=True)
    Task.objects.update(is_probe=True)
    assert list_sheet(project=annotation.task.project, viewer=workshop.people.reviewer) == []


def test_both_sources_are_on_one_sheet(workshop: Workshop) -> None:
    accept_unseen(workshop, 2)
    accept_by_policy(workshop, 9)
    sheet = list_sheet(project=workshop.people.project, viewer=workshop.people.reviewer)
    assert sorted(reading.source for reading in sheet) == ["policy", "pseudo_label", "pseudo_label"]
    assert [reading.task.pk for reading in sheet] == sorted(reading.task.pk for reading in sheet)


def test_a_check_counts_for_the_measured_error_of_the_author(workshop: Workshop) -> None:
    annotator = workshop.people.annotator
    for seed in (1, 2):
        accept_by_policy(workshop, seed)
    sheet = list_sheet(project=workshop.people.project, viewer=workshop.people.reviewer)
    check(workshop, sheet, sheet[:1])
    measured = measure_error(project=workshop.people.project, user=annotator)
    assert (measured.errors, measured.trials) == (1, 2)
    (standing,) = [each for each in list_measured(project=workshop.people.project) if each.user == annotator]
    assert (standing.by_checks.errors, standing.by_checks.trials) == (1, 2)
    assert standing.by_reviews.trials == 0
