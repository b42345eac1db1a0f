"""The quality policy: versions that stay, and what it makes of a submit."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from labeling.models import AuditEvent, QualityPolicy, SnapshotItem, Task
from labeling.operations import datasets, quality, routes, tasks
from labeling.operations.inputs import InvalidReason
from labeling.operations.transitions import Conflict
from labeling.policies import Forbidden, NotFound
from labeling.queries.quality import get_policy, list_policies, measure_error
from labeling.routing import ENOUGH_TRIALS
from labeling.states import IllegalTransition
from tests.integration.domain.workshop import VIN, Workshop, make_boxes


def test_a_project_begins_with_every_annotation_reviewed(workshop: Workshop) -> None:
    policy = get_policy(project=workshop.people.project)
    assert (policy.number, policy.review_share, policy.blind_review) == (0, 1.0, False)
    task = workshop.open_task()
    workshop.annotate(task)
    task.refresh_from_db()
    assert (task.state, task.decided_by) == ("submitted", "")


def test_a_policy_replaces_the_one_before_and_both_stay(workshop: Workshop) -> None:
    workshop.set_policy(review_share=0.5)
    workshop.set_policy(review_share=0.25, blind_review=True)
    newest, first = list_policies(project=workshop.people.project)
    assert (newest.number, newest.review_share, newest.made_by) == (2, 0.25, workshop.people.admin)
    assert (first.number, first.review_share) == (1, 0.5)
    assert get_policy(project=workshop.people.project) == newest
    assert list(AuditEvent.objects.filter(verb="policy.set").values_list("data__number", flat=True)) == [1, 2]


def test_the_same_policy_again_is_no_new_one(workshop: Workshop) -> None:
    first = workshop.set_policy(review_share=0.5)
    assert workshop.set_policy(review_share=0.5) == first
    assert QualityPolicy.objects.count() == 1


def test_of_two_admins_who_change_it_the_second_is_told(workshop: Workshop) -> None:
    workshop.set_policy(review_share=0.5)
    with pytest.raises(quality.PolicyChanged):
        workshop.set_policy(review_share=0.1, replaces=0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("review_share", -0.01),
        ("review_share", 1.01),
        ("review_share", float("nan")),
        ("target_error", 0),
        ("target_error", 0.6),
    ],
)
def test_a_figure_out_of_its_limits_is_named(workshop: Workshop, name: str, value: float) -> None:
    with pytest.raises(quality.InvalidPolicy) as refused:
        workshop.set_policy(**{name: value})
    assert list(refused.value.fields) == [name]


def test_a_change_needs_a_reason(workshop: Workshop) -> None:
    with pytest.raises(InvalidReason):
        workshop.set_policy(review_share=0.5, reason=" ")


def test_only_admins_set_it(workshop: Workshop) -> None:
    for role in ("annotator", "reviewer", "ml_engineer"):
        with pytest.raises(Forbidden):
            workshop.set_policy(by=getattr(workshop.people, role), review_share=0)
    with pytest.raises(NotFound):
        workshop.set_policy(by=workshop.people.outsider, review_share=0)


def test_the_database_keeps_every_policy(workshop: Workshop) -> None:
    policy = workshop.set_policy(review_share=0.5)
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        QualityPolicy.objects.filter(pk=policy.pk).update(review_share=0)
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        QualityPolicy.objects.all()._raw_delete("default")


def unreviewed(workshop: Workshop, seed: int = 1) -> Task:
    """Accepted because the policy asks for no review."""
    if get_policy(project=workshop.people.project).number == 0:
        workshop.set_policy(review_share=0)
    task = workshop.open_task(seed)
    workshop.annotate(task)
    return Task.objects.get(pk=task.pk)


def test_without_reviews_an_annotation_counts_at_once_and_says_why(workshop: Workshop) -> None:
    task = unreviewed(workshop)
    assert (task.state, task.decided_by) == ("accepted", "policy")
    task.photo.refresh_from_db()
    assert (task.photo.vin, task.photo.vin_source) == (VIN, "human")


def test_a_reviewed_task_says_so(workshop: Workshop) -> None:
    assert workshop.accept(1).decided_by == "review"


def test_the_draw_decides_which_are_reviewed(workshop: Workshop) -> None:
    workshop.set_policy(review_share=0.5)
    for seed in range(1, 13):
        workshop.annotate(workshop.open_task(seed))
    drawn = {task: routes.draw_for(task.project, "review", task.pk) < 0.5 for task in Task.objects.all()}
    assert {task: task.state == "submitted" for task in drawn} == drawn
    assert set(drawn.values()) == {True, False}


def test_what_was_sent_back_is_always_reviewed_again(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task)
    workshop.review(task, "rejected", reason="No.")
    workshop.set_policy(review_share=0)
    workshop.annotate(Task.objects.get(pk=task.pk))
    task.refresh_from_db()
    assert task.state == "submitted"


def test_that_nobody_can_read_it_is_always_reviewed(workshop: Workshop) -> None:
    workshop.set_policy(review_share=0)
    task = workshop.open_task()
    workshop.mark_unreadable(task)
    task.refresh_from_db()
    assert task.state == "submitted"


def test_its_author_takes_back_what_nobody_reviewed(workshop: Workshop) -> None:
    task = unreviewed(workshop)
    with pytest.raises(Forbidden):
        tasks.reopen_task(task=task, by=workshop.people.reviewer, now=workshop.now)
    tasks.reopen_task(task=task, by=workshop.people.annotator, now=workshop.now)
    task.refresh_from_db()
    assert (task.state, task.decided_by) == ("new", "")
    workshop.annotate(task)
    task.refresh_from_db()
    assert task.decided_by == "policy", "the same draw for the same task"


def test_what_a_snapshot_holds_is_not_taken_back(workshop: Workshop) -> None:
    task = unreviewed(workshop)
    datasets.freeze_snapshot(
        project=task.project, name="first", by=workshop.people.ml_engineer, now=workshop.now
    )
    assert SnapshotItem.objects.filter(photo=task.photo).exists()
    with pytest.raises(Conflict, match="snapshot"):
        tasks.reopen_task(task=task, by=workshop.people.annotator, now=workshop.now)


def test_what_two_people_agreed_on_is_not_taken_back(workshop: Workshop) -> None:
    task = workshop.accept(1)
    with pytest.raises(IllegalTransition):
        tasks.reopen_task(task=task, by=workshop.people.annotator, now=workshop.now)


def test_errors_are_what_reviewers_fixed_or_sent_back(workshop: Workshop) -> None:
    project, annotator = workshop.people.project, workshop.people.annotator
    workshop.accept(1)
    for seed in (2, 3):
        workshop.annotate(workshop.open_task(seed))
    fixed, rejected = Task.objects.filter(state="submitted")
    workshop.review(fixed, "fixed_and_accepted", text=VIN, characters=make_boxes(VIN))
    workshop.review(rejected, "rejected", reason="No.")
    measured = measure_error(project=project, user=annotator)
    assert (measured.errors, measured.trials) == (2, 3)
    assert measure_error(project=project, user=workshop.people.reviewer).trials == 0


def test_an_adaptive_policy_reviews_somebody_new_fully(workshop: Workshop) -> None:
    workshop.set_policy(review_share=0.0001, is_adaptive=True, target_error=0.5)
    workshop.annotate(workshop.open_task(1))
    assert Task.objects.get().state == "submitted"


def test_an_adaptive_policy_lets_go_of_who_has_proved_good(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.set_policy(review_share=0.0001, is_adaptive=True, target_error=0.5)
    monkeypatch.setattr("labeling.routing.ENOUGH_TRIALS", 2)
    assert ENOUGH_TRIALS > 2
    workshop.accept(1)
    workshop.accept(2)
    workshop.annotate(workshop.open_task(3))
    assert Task.objects.get(decided_by="policy").state == "accepted"
