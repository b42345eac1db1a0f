"""Rounds of pseudo-labels: what they read, what they trust, and how they end."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from inference.types import Reading
from labeling import storage
from labeling.models import (
    AuditEvent,
    LabelEnd,
    ModelVersion,
    Photo,
    Prediction,
    PseudoLabel,
    PseudoRound,
    RoundReading,
    SnapshotItem,
    Task,
)
from labeling.operations import annotations, leases, photos
from labeling.operations.datasets import freeze_snapshot
from labeling.operations.predictions import store_prediction
from labeling.operations.pseudo_round_execution import execute_round
from labeling.operations.pseudo_rounds import (
    RoundUnderWay,
    cancel_round,
    retry_round,
    sweep_rounds,
)
from labeling.queries.pseudo_rounds import count_readings, find_choice, get_audit, list_validation
from labeling.states import IllegalTransition
from tests.integration.domain.round_work import PEOPLE_LABELED, Classroom, read_as
from tests.integration.domain.training import request
from tests.integration.domain.workshop import VIN, PlainReader

AMERICAN = "1HGCM82633A004352"
WRONG_DIGIT = "1HGCM82633A004353"


def events() -> list[str]:
    rows = AuditEvent.objects.filter(object_type="pseudoround").order_by("id")
    return list(rows.values_list("verb", flat=True))


def test_what_both_read_alike_and_surely_becomes_a_label(classroom: Classroom) -> None:
    classroom.label(confidence=0.9)
    sure = classroom.wait(read_as(AMERICAN, 0.97, barcode_verdict="agrees"))
    left = {
        "unsure": classroom.wait(read_as(VIN, 0.5)),
        "disagree": classroom.wait(read_as(VIN, 0.99, other=WRONG_DIGIT)),
        "barcode": classroom.wait(read_as(VIN, 0.99, barcode_verdict="conflicts")),
        "check_digit": classroom.wait(read_as(WRONG_DIGIT, 0.99)),
        "no_vin": classroom.wait(read_as(None)),
        "failed": classroom.wait(RuntimeError("The engine broke.")),
    }
    done = classroom.run()
    assert (done.state, done.error, done.threshold) == ("auditing", "", 0.9)
    sure.refresh_from_db()
    assert (sure.state, sure.photo.vin, sure.photo.vin_source) == ("auto_accepted", AMERICAN, "prediction")
    rest = Task.objects.filter(pk__in=[task.pk for task in left.values()])
    assert set(rest.values_list("state", flat=True)) == {"new"}
    counts = count_readings(pseudo_round=done)
    assert (counts.read, counts.agreed, counts.contradicted, counts.sure, counts.accepted) == (7, 4, 2, 1, 1)
    assert counts.objections == {"disagree": 1, "barcode": 1, "check_digit": 1, "no_vin": 1, "failed": 1}
    (label,) = PseudoLabel.objects.all()
    assert (label.task, label.prediction.model_version, label.is_audited) == (sure, done.teacher, True)
    assert events() == [
        "pseudo_round.requested",
        "pseudo_round.started",
        "pseudo_round.accepted",
    ]
    assert AuditEvent.objects.get(verb="task.trusted").data["round"] == "round 1"


def test_a_reading_that_came_back_into_force_counts_once(classroom: Classroom) -> None:
    """Such as after a rollback: the version has two rows for a photo then, of one reading."""
    classroom.label()
    (task,) = classroom.wait_sure(1)
    version, now = classroom.workshop.register("teacher"), classroom.workshop.now
    validated = SnapshotItem.objects.filter(split="validation").first()
    assert validated is not None
    for photo in (task.photo, Photo.objects.get(pk=validated.photo_id)):
        reading = classroom.teacher.script[storage.original_path(photo.sha256).name]
        assert isinstance(reading, Reading)
        known = store_prediction(photo=photo, version=version, reading=reading, now=now)
        known.pk, known.repeats_id = None, known.pk
        known.save(force_insert=True)
    done = classroom.run(teacher=version)
    assert (done.state, find_choice(pseudo_round=done).n) == ("auditing", PEOPLE_LABELED)
    assert PseudoLabel.objects.get().prediction.repeats is None


def test_what_is_no_label_leaves_no_reading_for_people_to_see(classroom: Classroom) -> None:
    classroom.label()
    classroom.wait_sure(1)
    classroom.wait(read_as(VIN, 0.1))
    done = classroom.run()
    assert Prediction.objects.filter(model_version=done.teacher).count() == 1


def test_the_threshold_is_chosen_on_what_people_read_in_validation(classroom: Classroom) -> None:
    snapshot = classroom.label(count=12, wrong=1)
    classroom.wait_sure(1)
    done = classroom.run()
    read = RoundReading.objects.filter(pseudo_round=done, part="validation")
    assert read.count() == 12
    assert set(read.values_list("photo")) == set(
        SnapshotItem.objects.filter(snapshot=snapshot, split="validation").values_list("photo")
    )
    choice = find_choice(pseudo_round=done)
    assert (choice.threshold, choice.n, choice.curve[-1].right) == (done.threshold, 12, 11)
    assert not Prediction.objects.filter(model_version=done.teacher, photo__in=read.values("photo")).exists()


def test_where_no_threshold_shows_the_target_it_fails_with_a_sentence(classroom: Classroom) -> None:
    classroom.label(wrong=2)
    (task,) = classroom.wait_sure(1)
    done = classroom.run()
    task.refresh_from_db()
    assert (done.state, task.state) == ("failed", "new")
    assert f"Here are {PEOPLE_LABELED}: on {PEOPLE_LABELED} both recognizers agree" in done.error
    assert "annotate more photos, freeze them and start another round" in done.error
    assert not RoundReading.objects.filter(part="unlabeled").exists()


def test_photos_that_taught_the_teacher_choose_nothing(classroom: Classroom) -> None:
    """With another seed, vehicles that have taught come into validation."""
    workshop = classroom.workshop
    snapshot = classroom.label()
    other = freeze_snapshot(
        project=workshop.people.project,
        name="another seed",
        split_seed=7,
        by=workshop.people.ml_engineer,
        now=workshop.now,
    )
    taught = other.counts["train"]
    assert 0 < taught < PEOPLE_LABELED
    student = workshop.register("student")
    run = request(workshop, other)
    ModelVersion.objects.filter(pk=student.pk).update(run=run, base=workshop.version)
    student.refresh_from_db()
    assert list_validation(snapshot=snapshot, teacher=student).count() == PEOPLE_LABELED - taught


def test_readings_that_are_there_are_not_read_again(classroom: Classroom) -> None:
    classroom.label()
    tasks = classroom.wait_sure(2)
    first = classroom.run()
    assert len(classroom.teacher.read) == PEOPLE_LABELED + len(tasks)
    PseudoLabel.objects.update(end=LabelEnd.REVOKED, ended_at=classroom.workshop.now)
    PseudoRound.objects.update(state="revoked")
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(state="new")
    again = classroom.run(teacher=first.teacher)
    assert (again.state, again.number) == ("auditing", 2)
    assert len(classroom.teacher.read) == 2 * PEOPLE_LABELED + len(tasks)


def test_what_people_have_begun_is_theirs(classroom: Classroom) -> None:
    workshop = classroom.workshop
    classroom.label()
    in_hand, drafted, assigned, free = classroom.wait_sure(4)
    workshop.claim(in_hand, workshop.people.annotator)
    lease = workshop.claim(drafted, workshop.people.annotator)
    annotations.save_draft(
        lease_id=lease.pk,
        holder=workshop.people.annotator,
        text=VIN,
        characters=[],
        region=None,
        base_revision=0,
        now=workshop.now,
    )
    leases.release_lease(lease_id=lease.pk, holder=workshop.people.annotator, now=workshop.now)
    Task.objects.filter(pk=assigned.pk).update(assignee=workshop.people.annotator)
    done = classroom.run()
    assert [label.task for label in PseudoLabel.objects.filter(pseudo_round=done)] == [free]


def test_somebody_who_begins_while_it_reads_keeps_the_photo(classroom: Classroom) -> None:
    workshop = classroom.workshop
    classroom.label()
    tasks = classroom.wait_sure(3)

    def on_read(count: int) -> None:
        if count == PEOPLE_LABELED + 2:
            workshop.claim(min(tasks, key=lambda task: task.pk), workshop.people.annotator)

    classroom.teacher.on_read = on_read
    done = classroom.run()
    counts = count_readings(pseudo_round=done)
    assert (counts.sure, counts.accepted, counts.passed_over) == (3, 2, 1)


def test_nothing_sure_enough_is_upheld_with_nothing(classroom: Classroom) -> None:
    classroom.label()
    classroom.wait(read_as(VIN, 0.1))
    done = classroom.run()
    assert (done.state, done.message) == ("upheld", "No reading was sure enough, so nothing was accepted.")
    assert get_audit(pseudo_round=done).sample == 0


class Stop(BaseException):
    """As SIGKILL: nothing of ours runs after it."""


@pytest.mark.parametrize("at", [0, 3, PEOPLE_LABELED, PEOPLE_LABELED + 1, PEOPLE_LABELED + 3])
def test_a_killed_round_goes_on_where_it_stopped(classroom: Classroom, at: int) -> None:
    workshop = classroom.workshop
    classroom.label()
    classroom.wait_sure(4)
    asked = classroom.request()

    def die(count: int) -> None:
        if count == at:
            raise Stop

    classroom.teacher.on_read = die
    with pytest.raises(Stop):
        classroom.execute(asked)
    assert not PseudoLabel.objects.exists()
    classroom.teacher.on_read = lambda count: None
    assert sweep_rounds(now=workshop.later(seconds=59)) == 0
    assert sweep_rounds(now=workshop.later(seconds=61)) == 1
    asked.refresh_from_db()
    assert (asked.state, events()[-1]) == ("queued", "pseudo_round.worker_lost")
    done = classroom.execute(asked)
    assert (done.state, done.attempts, PseudoLabel.objects.count()) == ("auditing", 2, 4)
    assert len(classroom.teacher.read) == len(set(classroom.teacher.read)) == PEOPLE_LABELED + 4


def test_a_round_killed_while_readings_become_labels_makes_all_of_them_once(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = classroom.workshop
    classroom.label()
    classroom.wait_sure(4)
    asked = classroom.request()

    def die(labels: list[PseudoLabel]) -> None:
        assert PseudoLabel.objects.count() == len(labels) == 4
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr("labeling.operations.pseudo_round_execution._show_labels", die)
        with pytest.raises(Stop):
            classroom.execute(asked)
    assert not PseudoLabel.objects.exists()
    assert not Task.objects.filter(state="auto_accepted").exists()
    assert sweep_rounds(now=workshop.later(seconds=61)) == 1
    done = classroom.execute(asked)
    assert (done.state, PseudoLabel.objects.count()) == ("auditing", 4)
    assert Task.objects.filter(state="auto_accepted").count() == 4


def test_a_worker_that_was_taken_for_dead_writes_nothing_more(classroom: Classroom) -> None:
    classroom.label()
    classroom.wait_sure(2)
    asked = classroom.request()

    def lose(count: int) -> None:
        if count == PEOPLE_LABELED + 1:
            PseudoRound.objects.update(state="queued")

    classroom.teacher.on_read = lose
    done = classroom.execute(asked)
    assert (done.state, PseudoLabel.objects.count()) == ("queued", 0)


def test_three_lost_workers_are_enough(classroom: Classroom) -> None:
    classroom.label()
    classroom.wait_sure(1)
    asked = classroom.request()
    PseudoRound.objects.update(state="running", attempts=3, heartbeat_at=classroom.workshop.now)
    sweep_rounds(now=classroom.workshop.later(minutes=5))
    asked.refresh_from_db()
    assert asked.state == "failed"
    assert "lost 3 times" in asked.error


def test_a_canceled_round_leaves_nothing_and_can_go_on(classroom: Classroom) -> None:
    workshop = classroom.workshop
    classroom.label()
    tasks = classroom.wait_sure(3)
    waiting = classroom.request()
    cancel_round(pseudo_round=waiting, by=workshop.people.ml_engineer, now=workshop.now)
    assert waiting.state == "canceled"
    retry_round(pseudo_round=waiting, by=workshop.people.ml_engineer, now=workshop.now)

    def cancel(count: int) -> None:
        if count == PEOPLE_LABELED + 1:
            running = PseudoRound.objects.get(pk=waiting.pk)
            cancel_round(pseudo_round=running, by=workshop.people.ml_engineer, now=workshop.now)

    classroom.teacher.on_read = cancel
    done = classroom.execute(waiting)
    assert (done.state, PseudoLabel.objects.count()) == ("canceled", 0)
    assert set(Task.objects.filter(pk__in=[task.pk for task in tasks]).values_list("state")) == {("new",)}
    classroom.teacher.on_read = lambda count: None
    retry_round(pseudo_round=done, by=workshop.people.ml_engineer, now=workshop.now)
    done = classroom.execute(done)
    assert (done.state, PseudoLabel.objects.count()) == ("auditing", 3)
    with pytest.raises(IllegalTransition):
        retry_round(pseudo_round=done, by=workshop.people.ml_engineer, now=workshop.now)
    with pytest.raises(IllegalTransition):
        cancel_round(pseudo_round=done, by=workshop.people.ml_engineer, now=workshop.now)


def test_a_teacher_that_cannot_be_loaded_fails_the_round_and_not_the_photos(classroom: Classroom) -> None:
    classroom.label()
    classroom.wait_sure(1)
    asked = classroom.request()

    def refuse(version: ModelVersion) -> Any:
        raise OSError("bundle file is missing")

    done = execute_round(round_id=asked.pk, reader_for=refuse, now=classroom.workshop.now)
    assert done is not None
    assert (done.state, done.error) == ("failed", "bundle file is missing (OSError)")
    assert not RoundReading.objects.exists()


def test_one_round_of_a_project_reads_at_a_time(classroom: Classroom) -> None:
    workshop = classroom.workshop
    classroom.label()
    classroom.wait_sure(1)
    first = classroom.request()
    with pytest.raises(RoundUnderWay):
        classroom.request(teacher=first.teacher)
    cancel_round(pseudo_round=first, by=workshop.people.ml_engineer, now=workshop.now)
    second = classroom.request(teacher=first.teacher)
    with pytest.raises(RoundUnderWay):
        retry_round(pseudo_round=first, by=workshop.people.ml_engineer, now=workshop.now)
    classroom.execute(second)
    assert PseudoRound.objects.get(pk=first.pk).state == "canceled"


class TestDatabase:
    def test_the_states_and_figures_are_held(self, classroom: Classroom) -> None:
        classroom.label()
        classroom.wait_sure(1)
        classroom.run()
        for change in ({"state": "odd"}, {"target": 1.0}, {"threshold": 1.5}, {"threshold": None}):
            with pytest.raises(IntegrityError), transaction.atomic():
                PseudoRound.objects.update(**change)
        for change in ({"end": "odd"}, {"end": "wrong"}, {"ended_at": classroom.workshop.now}):
            with pytest.raises(IntegrityError), transaction.atomic():
                PseudoLabel.objects.update(**change)

    def test_readings_are_history_that_goes_with_its_photo(self, classroom: Classroom) -> None:
        classroom.label()
        (task,) = classroom.wait_sure(1)
        classroom.run()
        with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
            RoundReading.objects.update(confidence=0.1)
        for rows in (RoundReading.objects.all(), PseudoLabel.objects.all()):
            with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
                rows._raw_delete("default")
        photos.delete_photo(photo=task.photo, by=classroom.workshop.people.admin, now=classroom.workshop.now)
        assert not PseudoLabel.objects.exists()
        assert not Photo.objects.filter(pk=task.photo_id).exists()

    def test_a_task_has_one_label_at_a_time(self, classroom: Classroom) -> None:
        classroom.label()
        classroom.wait_sure(1)
        done = classroom.run()
        label = PseudoLabel.objects.get()
        other = PseudoRound.objects.get(pk=done.pk)
        other.pk, other.number, other.state = None, 2, "upheld"
        other.save(force_insert=True)
        with pytest.raises(IntegrityError, match="pseudo_label_one_that_stands"), transaction.atomic():
            PseudoLabel.objects.create(pseudo_round=other, task=label.task, prediction=label.prediction)


def test_a_round_that_is_over_is_not_executed_again(classroom: Classroom) -> None:
    classroom.label()
    classroom.wait_sure(1)
    done = classroom.run()
    again = execute_round(
        round_id=done.pk, reader_for=lambda version: PlainReader(), now=classroom.workshop.now
    )
    assert again is None
