"""Leases: claimed, renewed, released, expired."""

from __future__ import annotations

import pytest

from labeling.models import Draft, Lease, Task
from labeling.operations import annotations, leases
from labeling.policies import Forbidden, NotFound
from tests.conftest import People
from tests.integration.domain.workshop import VIN, PlainReader, Workshop, make_boxes


def claim_next(workshop: Workshop, who: str = "annotator", kind: str = "annotate", **more) -> Lease | None:
    return leases.claim_next_task(
        project=workshop.people.project,
        holder=getattr(workshop.people, who),
        kind=kind,
        now=more.pop("at", workshop.now),
        **more,
    )


def test_the_least_certain_photo_comes_first(workshop: Workshop) -> None:
    workshop.open_task(1, PlainReader(confidence=0.9))
    uncertain = workshop.open_task(2, PlainReader(confidence=0.2))
    lease = claim_next(workshop)
    assert lease is not None
    assert lease.task == uncertain
    uncertain.refresh_from_db()
    assert uncertain.state == "in_progress"


def test_nothing_waits(workshop: Workshop) -> None:
    assert claim_next(workshop) is None


def test_asking_again_gives_the_same_lease_its_full_time(workshop: Workshop) -> None:
    workshop.open_task(1)
    workshop.open_task(2)
    first = claim_next(workshop)
    again = claim_next(workshop, at=workshop.later(seconds=100))
    assert first
    assert again
    assert again.pk == first.pk
    assert again.expires_at == workshop.later(seconds=400)


def test_two_people_get_two_tasks(workshop: Workshop) -> None:
    workshop.open_task(1)
    workshop.open_task(2)
    mine, theirs = claim_next(workshop), claim_next(workshop, "reviewer")
    assert mine
    assert theirs
    assert mine.task_id != theirs.task_id


def test_what_is_assigned_waits_for_its_assignee_alone(workshop: Workshop) -> None:
    task = workshop.open_task()
    Task.objects.filter(pk=task.pk).update(assignee=workshop.people.reviewer)
    assert claim_next(workshop) is None
    with pytest.raises(leases.NothingToClaim, match="assigned to"):
        workshop.claim(Task.objects.get(pk=task.pk), workshop.people.annotator)
    lease = claim_next(workshop, "reviewer")
    assert lease
    assert lease.task == task


def test_a_task_in_hand_is_not_given_to_another(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.claim(task, workshop.people.annotator)
    with pytest.raises(leases.TaskTaken):
        workshop.claim(task, workshop.people.reviewer)


def test_a_task_is_claimed_for_what_it_waits_for(workshop: Workshop) -> None:
    task = workshop.open_task()
    with pytest.raises(leases.NothingToClaim, match="does not wait for a review"):
        workshop.claim(task, workshop.people.reviewer, "review")


@pytest.mark.parametrize(
    ("who", "kind", "error"),
    [
        ("annotator", "review", Forbidden),
        ("ml_engineer", "annotate", Forbidden),
        ("outsider", "annotate", NotFound),
    ],
)
def test_a_role_claims_its_own_kind_of_work(
    workshop: Workshop, who: str, kind: str, error: type[Exception]
) -> None:
    workshop.open_task()
    with pytest.raises(error):
        claim_next(workshop, who, kind)


def test_own_annotation_is_never_offered_for_review(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task, by=workshop.people.reviewer)
    assert claim_next(workshop, "reviewer", "review") is None
    with pytest.raises(Forbidden, match="your own"):
        workshop.claim(task, workshop.people.reviewer, "review")
    lease = claim_next(workshop, "admin", "review")
    assert lease is not None
    assert lease.task == task


def test_a_heartbeat_prolongs(workshop: Workshop) -> None:
    lease = workshop.claim(workshop.open_task(), workshop.people.annotator)
    at = workshop.later(seconds=200)
    renewed = leases.renew_lease(lease_id=lease.pk, holder=workshop.people.annotator, now=at)
    assert renewed.expires_at == workshop.later(seconds=500)


def test_a_heartbeat_after_the_end_is_too_late(workshop: Workshop) -> None:
    lease = workshop.claim(workshop.open_task(), workshop.people.annotator)
    with pytest.raises(leases.LeaseLost):
        leases.renew_lease(
            lease_id=lease.pk, holder=workshop.people.annotator, now=workshop.later(seconds=300)
        )


def test_a_lease_of_another_does_not_exist(workshop: Workshop) -> None:
    lease = workshop.claim(workshop.open_task(), workshop.people.annotator)
    for operation in (leases.renew_lease, leases.release_lease):
        with pytest.raises(NotFound):
            operation(lease_id=lease.pk, holder=workshop.people.reviewer, now=workshop.now)


def test_release_puts_the_task_back_and_may_be_sent_twice(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    for _ in range(2):
        leases.release_lease(lease_id=lease.pk, holder=workshop.people.annotator, now=workshop.now)
    task.refresh_from_db()
    lease.refresh_from_db()
    assert task.state == "new"
    assert lease.end_reason == "released"


def test_a_rejected_task_that_is_released_stays_rejected(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task)
    workshop.review(task, "rejected", reason="The eighth is a B.")
    lease = workshop.claim(task, workshop.people.annotator)
    leases.release_lease(lease_id=lease.pk, holder=workshop.people.annotator, now=workshop.now)
    task.refresh_from_db()
    assert task.state == "rejected"
    assert task.rejection_reason == "The eighth is a B."


def test_sweep_ends_what_is_over_and_only_that(workshop: Workshop) -> None:
    old, young = workshop.open_task(1), workshop.open_task(2)
    workshop.claim(old, workshop.people.annotator)
    workshop.claim(young, workshop.people.reviewer, at=workshop.later(seconds=200))
    assert leases.sweep_leases(now=workshop.later(seconds=300)) == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, young.state) == ("new", "in_progress")


def test_an_expired_review_goes_back_to_the_reviewers(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task)
    workshop.claim(task, workshop.people.reviewer, "review")
    leases.sweep_leases(now=workshop.later(hours=1))
    task.refresh_from_db()
    assert task.state == "submitted"


def test_a_draft_outlives_its_lease_and_its_author_goes_on_from_it(workshop: Workshop) -> None:
    task, author = workshop.open_task(), workshop.people.annotator
    lease = workshop.claim(task, author)
    annotations.save_draft(
        lease_id=lease.pk,
        holder=author,
        text=VIN[:9],
        characters=make_boxes(VIN[:9]),
        region=None,
        base_revision=0,
        now=workshop.now,
    )
    late = workshop.later(hours=1)
    again = workshop.claim(task, author, at=late)
    assert again.pk != lease.pk
    assert Draft.objects.get(task=task, author=author).text == VIN[:9]
    with pytest.raises(leases.LeaseLost):
        annotations.skip_task(lease_id=lease.pk, holder=author, reason="glare", now=late)


def test_an_unswept_expired_lease_is_in_nobodys_way(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.claim(task, workshop.people.annotator)
    lease = workshop.claim(task, workshop.people.reviewer, at=workshop.later(hours=1))
    assert lease.holder == workshop.people.reviewer


def test_another_projects_tasks_are_not_handed_out(workshop: Workshop, other_people: People) -> None:
    workshop.open_task()
    found = leases.claim_next_task(
        project=other_people.project, holder=other_people.annotator, kind="annotate", now=workshop.now
    )
    assert found is None


class TestRecall:
    def test_a_manager_takes_a_photo_back_and_the_draft_stays(self, workshop: Workshop) -> None:
        task = workshop.open_task()
        lease = workshop.claim(task, workshop.people.annotator)
        annotations.save_draft(
            lease_id=lease.pk,
            holder=workshop.people.annotator,
            text="1HG",
            characters=[],
            region=None,
            base_revision=0,
            now=workshop.now,
        )
        leases.recall_lease(task=task, by=workshop.people.admin, now=workshop.now)
        task.refresh_from_db()
        lease.refresh_from_db()
        assert (task.state, lease.end_reason, task.drafts.get().text) == ("new", "recalled", "1HG")
        with pytest.raises(leases.LeaseLost):
            leases.renew_lease(lease_id=lease.pk, holder=workshop.people.annotator, now=workshop.now)
        with pytest.raises(leases.NothingToRecall):
            leases.recall_lease(task=task, by=workshop.people.admin, now=workshop.now)

    @pytest.mark.parametrize("name", ["annotator", "reviewer", "ml_engineer"])
    def test_nobody_else_does(self, workshop: Workshop, name: str) -> None:
        task = workshop.open_task()
        lease = workshop.claim(task, workshop.people.annotator)
        with pytest.raises(Forbidden):
            leases.recall_lease(task=task, by=getattr(workshop.people, name), now=workshop.now)
        lease.refresh_from_db()
        assert lease.ended_at is None
