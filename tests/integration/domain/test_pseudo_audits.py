"""The audit of a round, its revocation as a whole, and what that leaves alone."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from labeling.models import (
    AuditEvent,
    LabelEnd,
    LabelSource,
    ModelVersion,
    Prediction,
    PseudoLabel,
    PseudoRound,
    SnapshotItem,
    SpotCheck,
    Task,
    VehicleInTest,
)
from labeling.operations import bulk, datasets, model_versions
from labeling.operations.candidates import Criteria
from labeling.operations.inputs import InvalidReason
from labeling.operations.leaks import RevokedLabels
from labeling.operations.pseudo_audits import revoke_round, settle_audits
from labeling.operations.spot_checks import check_sheet
from labeling.operations.tasks import reopen_task
from labeling.policies import Forbidden, NotFound
from labeling.queries.pseudo_rounds import find_effect, get_audit
from labeling.queries.spot_checks import count_unseen, list_sheet
from labeling.queries.task_filters import TaskFilter
from labeling.states import IllegalTransition
from tests.integration.domain import training
from tests.integration.domain.round_work import Classroom, read_as
from tests.integration.domain.training import PlainEvaluator, find_vins
from tests.integration.domain.workshop import Workshop
from tests.integration.views.rows import add_snapshot

LABELS = 8
UNSEEN = "JH4KA7561PC008269"


def run_round(classroom: Classroom, **wanted: Any) -> PseudoRound:
    """A round with LABELS labels, all of them in the audit unless fewer are asked for."""
    classroom.label()
    classroom.wait_sure(LABELS)
    return classroom.run(**({"audit_size": LABELS} | wanted))


def look(classroom: Classroom, pseudo_round: PseudoRound, *, wrong: int = 0, most: int = 24) -> None:
    """A reviewer looks at what waits, and finds the first few wrong."""
    people = classroom.workshop.people
    sheet = list_sheet(project=people.project, viewer=people.reviewer, limit=most, pseudo_round=pseudo_round)
    keys = [reading.key for reading in sheet]
    check_sheet(
        project=people.project,
        by=people.reviewer,
        shown=keys,
        wrong=keys[:wrong],
        now=classroom.workshop.now,
    )
    pseudo_round.refresh_from_db()


def revoke(classroom: Classroom, pseudo_round: PseudoRound, **other: Any) -> int:
    by = other.pop("by", classroom.workshop.people.ml_engineer)
    reason = other.pop("reason", "I do not trust it.")
    return revoke_round(pseudo_round=pseudo_round, by=by, now=classroom.workshop.now, reason=reason)


def freeze(classroom: Classroom, name: str = "with labels") -> Any:
    return datasets.freeze_snapshot(
        project=classroom.workshop.people.project,
        name=name,
        criteria=Criteria(sources=(*Criteria().sources, LabelSource.PSEUDO)),
        by=classroom.workshop.people.ml_engineer,
        now=classroom.workshop.now,
    )


def test_a_sample_that_shows_the_target_upholds_the_round(classroom: Classroom) -> None:
    done = run_round(classroom, audit_size=6)
    project, reviewer = classroom.workshop.people.project, classroom.workshop.people.reviewer
    assert count_unseen(project=project, viewer=reviewer) == 6
    look(classroom, done, most=2)
    assert (done.state, get_audit(pseudo_round=done).right) == ("auditing", 2)
    look(classroom, done)
    assert (done.state, done.settled_by, done.settled_at) == ("upheld", None, classroom.workshop.now)
    assert done.message.startswith("6 of 6 were right")
    assert PseudoLabel.objects.filter(end="").count() == LABELS
    assert AuditEvent.objects.get(verb="pseudo_round.upheld").data["right"] == 6


def test_a_missed_target_waits_for_a_person_where_that_was_asked_for(classroom: Classroom) -> None:
    done = run_round(classroom, target=0.6, revokes_itself=False)
    look(classroom, done, wrong=4)
    assert (done.state, get_audit(pseudo_round=done).verdict) == ("auditing", "missed")
    assert settle_audits(now=classroom.workshop.now) == 0
    assert revoke(classroom, done) == LABELS - 4
    assert (done.state, done.settled_by) == ("revoked", classroom.workshop.people.ml_engineer)


def test_a_round_that_misses_its_target_revokes_itself(classroom: Classroom) -> None:
    done = run_round(classroom)
    look(classroom, done, wrong=4)
    assert (done.state, done.settled_by) == ("revoked", None)
    assert "4 of 8 audited readings were wrong" in done.reason
    assert set(Task.objects.filter(pseudo_labels__pseudo_round=done).values_list("state", flat=True)) == {
        "new",
        "rejected",
    }
    assert count_unseen(project=done.project, viewer=classroom.workshop.people.reviewer) == 0


def test_revoking_leaves_alone_what_people_have_worked_on(classroom: Classroom) -> None:
    workshop = classroom.workshop
    done = run_round(classroom, audit_size=1)
    tasks = list(Task.objects.filter(state="auto_accepted").order_by("pk"))
    reopen_task(task=tasks[0], by=workshop.people.reviewer, now=workshop.now)
    workshop.annotate(Task.objects.get(pk=tasks[0].pk))
    assert revoke(classroom, done) == LABELS - 1
    states = dict(Task.objects.filter(pk__in=[task.pk for task in tasks]).values_list("pk", "state"))
    assert states.pop(tasks[0].pk) == "submitted"
    assert set(states.values()) == {"new"}
    ends = PseudoLabel.objects.order_by("end").values_list("end", flat=True)
    assert list(ends) == ["revoked"] * (LABELS - 1) + ["taken_back"]
    assert AuditEvent.objects.filter(verb="task.label_revoked").count() == LABELS - 1
    assert AuditEvent.objects.get(verb="pseudo_round.revoked").data["reason"] == "I do not trust it."


def test_a_photo_shows_its_newest_reading_again(classroom: Classroom) -> None:
    workshop = classroom.workshop
    done = run_round(classroom)
    label = PseudoLabel.objects.select_related("task__photo", "prediction").first()
    assert label is not None
    newer = workshop.register("newer")
    Prediction.objects.create(
        photo=label.task.photo,
        model_version=newer,
        vin=find_vins("test", 1)[0],
        confidence=0.4,
        milliseconds=1.0,
        created_at=workshop.later(minutes=1),
    )
    revoke(classroom, done)
    label.task.photo.refresh_from_db()
    assert (label.task.photo.vin, label.task.photo.confidence) == (find_vins("test", 1)[0], 0.4)


def test_who_may_revoke_and_when(classroom: Classroom, other_people: Any) -> None:
    done = run_round(classroom)
    for person, refusal in (
        (classroom.workshop.people.reviewer, Forbidden),
        (classroom.workshop.people.annotator, Forbidden),
        (other_people.admin, NotFound),
    ):
        with pytest.raises(refusal):
            revoke(classroom, done, by=person)
    with pytest.raises(InvalidReason):
        revoke(classroom, done, reason=" ")
    revoke(classroom, done)
    with pytest.raises(IllegalTransition):
        revoke(classroom, done)


def test_an_upheld_round_can_still_be_revoked(classroom: Classroom) -> None:
    done = run_round(classroom)
    look(classroom, done)
    assert done.state == "upheld"
    assert revoke(classroom, done) == LABELS
    assert SpotCheck.objects.filter(is_right=True).count() == LABELS


def test_a_photo_that_a_person_has_looked_at_is_in_no_further_round(classroom: Classroom) -> None:
    done = run_round(classroom, audit_size=6)
    look(classroom, done, most=2)
    revoke(classroom, done)
    again = classroom.run(teacher=done.teacher)
    assert PseudoLabel.objects.filter(pseudo_round=again).count() == LABELS - 2


def test_one_that_a_person_took_back_without_a_check_counts_as_wrong(classroom: Classroom) -> None:
    workshop = classroom.workshop
    done = run_round(classroom)
    task = Task.objects.filter(state="auto_accepted").first()
    assert task is not None
    reopen_task(task=task, by=workshop.people.reviewer, now=workshop.now)
    audit = get_audit(pseudo_round=done)
    assert (audit.sample, audit.wrong, audit.right) == (LABELS, 1, 0)


class TestBulk:
    """What a reviewer puts back many at once, and undoes."""

    def put_back(self, classroom: Classroom) -> Any:
        people = classroom.workshop.people
        return bulk.request_bulk_action(
            project=people.project,
            kind="put_back",
            wanted=TaskFilter(states=("auto_accepted",)),
            by=people.reviewer,
            confirmed=LABELS,
            now=classroom.workshop.now,
        )

    def test_labels_end_and_stand_again(self, classroom: Classroom) -> None:
        run_round(classroom)
        label = PseudoLabel.objects.select_related("task__photo", "prediction").latest("pk")
        photo = label.task.photo
        Prediction.objects.create(
            photo=photo,
            model_version=classroom.workshop.register("newer"),
            vin=UNSEEN,
            confidence=0.4,
            milliseconds=1.0,
            created_at=classroom.workshop.later(minutes=1),
        )
        action = self.put_back(classroom)
        assert set(PseudoLabel.objects.values_list("end", flat=True)) == {LabelEnd.TAKEN_BACK}
        photo.refresh_from_db()
        assert photo.vin == UNSEEN
        by = classroom.workshop.people.reviewer
        bulk.undo_bulk_action(action=action, by=by, now=classroom.workshop.later(seconds=5))
        assert set(PseudoLabel.objects.values_list("end", "ended_at")) == {("", None)}
        assert Task.objects.filter(state="auto_accepted").count() == LABELS
        photo.refresh_from_db()
        assert photo.vin == label.prediction.vin

    def test_but_not_those_of_a_round_that_was_revoked_since(self, classroom: Classroom) -> None:
        done = run_round(classroom)
        action = self.put_back(classroom)
        revoke(classroom, done)
        by = classroom.workshop.people.reviewer
        bulk.undo_bulk_action(action=action, by=by, now=classroom.workshop.later(seconds=5))
        action.refresh_from_db()
        assert (action.undone, Task.objects.filter(state="auto_accepted").count()) == (0, 0)


class TestSnapshots:
    def test_a_frozen_label_names_its_reading_and_its_round(self, classroom: Classroom) -> None:
        done = run_round(classroom)
        snapshot = freeze(classroom)
        items = SnapshotItem.objects.filter(snapshot=snapshot, source="pseudo")
        assert items.count() == LABELS
        for item in items:
            assert item.pseudo_label is not None
            assert item.pseudo_label.pseudo_round == done
            assert (item.prediction, item.split, item.weight) == (item.pseudo_label.prediction, "train", 0.5)

    def test_a_vehicle_in_test_or_validation_never_teaches_by_a_pseudo_label(
        self, classroom: Classroom
    ) -> None:
        workshop = classroom.workshop
        (tested,), (new_in_test, newer_in_test) = find_vins("test", 1), find_vins("test", 9)[-2:]
        workshop.accept(300, tested)
        classroom.label()
        for vin in (tested, find_vins("validation", 1)[0], find_vins("validation", 40)[-1]):
            classroom.wait(read_as(vin))
        classroom.wait_sure(1)
        classroom.wait(read_as(new_in_test))
        classroom.wait(read_as(newer_in_test))
        classroom.run()
        snapshot = freeze(classroom)
        items = SnapshotItem.objects.filter(snapshot=snapshot, source="pseudo")
        taught = set(items.values_list("vin", flat=True))
        assert tested not in taught
        assert not taught & set(find_vins("validation", 100))
        # A vehicle that only a round has seen is in no test, so it may teach; test waits for people.
        assert taught & {new_in_test, newer_in_test, *find_vins("train", 1)}
        assert snapshot.left_out["kept_apart"] >= 3
        assert set(items.values_list("split", flat=True)) == {"train"}

    def test_what_resembles_a_test_photo_does_not_teach_whatever_was_read(self, classroom: Classroom) -> None:
        workshop = classroom.workshop
        tested = workshop.accept(300, find_vins("test", 1)[0]).photo
        classroom.label()
        first, second, _ = classroom.wait_sure(3)
        type(tested).objects.filter(pk=first.photo_id).update(near_duplicate_of=tested)
        type(tested).objects.filter(pk=tested.pk).update(near_duplicate_of=second.photo)
        classroom.run()
        snapshot = freeze(classroom)
        assert SnapshotItem.objects.filter(snapshot=snapshot, source="pseudo").count() == 1
        assert snapshot.left_out == {"kept_apart": 2}

    def test_revoked_labels_are_frozen_no_more(self, classroom: Classroom) -> None:
        done = run_round(classroom)
        label = PseudoLabel.objects.select_related("prediction", "task").first()
        assert label is not None
        snapshot = freeze(classroom)
        revoke(classroom, done)
        assert not SnapshotItem.objects.filter(snapshot=freeze(classroom, "later"), source="pseudo").exists()
        with pytest.raises(DatabaseError, match="labeling_label_stands"), transaction.atomic():
            SnapshotItem.objects.create(
                snapshot=datasets.freeze_snapshot(
                    project=done.project,
                    name="empty of it",
                    split_seed=2,
                    by=classroom.workshop.people.ml_engineer,
                    now=classroom.workshop.now,
                ),
                photo_id=label.task.photo_id,
                prediction=label.prediction,
                pseudo_label=label,
                vin=label.prediction.vin,
                source="pseudo",
                split="train",
            )
        with pytest.raises(RevokedLabels, match="round 1"):
            training.request(classroom.workshop, snapshot)

    @pytest.mark.parametrize("change", [{"split": "test"}, {"pseudo_label": None}])
    def test_the_database_holds_pseudo_labels_to_teaching(
        self, classroom: Classroom, change: dict[str, Any]
    ) -> None:
        run_round(classroom)
        item = SnapshotItem.objects.filter(snapshot=freeze(classroom), source="pseudo").first()
        assert item is not None
        for name, value in change.items():
            setattr(item, name, value)
        item.pk, item.snapshot, item.vin = None, add_snapshot(classroom.workshop.people), UNSEEN
        if item.split == "test":
            VehicleInTest.objects.create(
                project=item.snapshot.project, vin=UNSEEN, created_at=classroom.workshop.now
            )
        refusal = pytest.raises(DatabaseError, match="snapshot_item_pseudo_label_teaches")
        with refusal, transaction.atomic():
            item.save(force_insert=True)


def test_everything_that_used_a_round_is_named(classroom: Classroom) -> None:
    workshop = classroom.workshop
    classroom.label()
    workshop.accept(300, find_vins("test", 1)[0])
    classroom.wait_sure(LABELS)
    done = classroom.run()
    snapshot = freeze(classroom)
    run = training.request(workshop, snapshot)
    training.execute(run, workshop, evaluator=PlainEvaluator({"base": 0, "tuned": 1}))
    student = ModelVersion.objects.get(run=run)
    model_versions.promote_version(
        version=student, by=workshop.people.ml_engineer, now=workshop.now, override_reason="One photo."
    )
    grandchild = workshop.register("grandchild")
    ModelVersion.objects.filter(pk=grandchild.pk).update(base=student)
    effect = find_effect(pseudo_round=done)
    (use,) = effect.snapshots
    assert (use.snapshot, use.labels, use.runs) == (snapshot, LABELS, [run])
    direct, derived = effect.versions
    assert (direct.version, direct.is_direct, derived.version, derived.is_direct) == (
        student,
        True,
        grandchild,
        False,
    )
    assert direct.score is not None
    assert direct.before is not None
    assert (direct.score.exact, direct.before.exact, direct.before.version) == (1, 0, workshop.version)
    assert [each.version for each in effect.promoted] == [student]


def test_of_two_reviewers_who_end_an_audit_one_settles_it(busy_workshop: Workshop) -> None:
    classroom = Classroom(busy_workshop)
    done = run_round(classroom)
    people = busy_workshop.people
    second = busy_workshop.join("second", "reviewer")
    keys = [
        reading.key
        for reading in list_sheet(project=people.project, viewer=people.reviewer, pseudo_round=done)
    ]
    barrier = threading.Barrier(2)
    errors: list[Exception] = []

    def check(by: Any, shown: list[str]) -> None:
        try:
            barrier.wait(10)
            check_sheet(project=people.project, by=by, shown=shown, wrong=[], now=busy_workshop.now)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=check, args=(people.reviewer, keys[:4])),
        threading.Thread(target=check, args=(second, keys[4:])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.refresh_from_db()
    assert errors == []
    assert done.state == "upheld"
    assert AuditEvent.objects.filter(verb="pseudo_round.upheld").count() == 1
