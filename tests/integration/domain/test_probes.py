"""Honeypots: known photos come once, to those who have not seen them, and count for nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from inference.metrics import count_edits
from labeling import storage
from labeling.models import AuditEvent, Lease, Photo, Prediction, Probe, Review, Task, User
from labeling.operations import annotations, candidates, leases, photos, probes, tasks
from labeling.operations.photos import DuplicatePhoto, PhotoInUse
from labeling.policies import Forbidden, NotFound
from labeling.queries import audit, pages, task_filters
from labeling.queries import photos as photo_queries
from labeling.queries import tasks as task_queries
from labeling.queries.quality import measure_error
from labeling.queries.task_filters import TaskFilter
from tests.integration.domain.workshop import VIN, PlainReader, Workshop, make_boxes

OTHER = "1HGCM82633A004353"
ALWAYS = {"honeypot_share": 0.3}


@pytest.fixture(autouse=True)
def _certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a policy wants any, a known photo comes before every new one."""
    monkeypatch.setattr("labeling.operations.probes.chance_of_probe", lambda share: float(share > 0))


@pytest.fixture
def newcomer(workshop: Workshop) -> User:
    """An annotator who has seen nothing yet."""
    return workshop.join("newcomer")


def know(workshop: Workshop, seed: int, text: str = VIN) -> Photo:
    """A photo on which the annotator and the reviewer agree."""
    photo = workshop.accept(seed, text).photo
    Photo.objects.filter(pk=photo.pk).update(rendered_at=workshop.now)
    photo.refresh_from_db()
    return photo


def claim_next(workshop: Workshop, holder: User) -> Lease:
    lease = leases.claim_next_task(
        project=workshop.people.project, holder=holder, kind="annotate", now=workshop.now
    )
    assert lease is not None
    return lease


def submit(workshop: Workshop, lease: Lease, text: str = VIN) -> None:
    annotations.submit_annotation(
        lease_id=lease.pk,
        holder=lease.holder,
        text=text,
        characters=make_boxes(text),
        region=None,
        base_revision=Task.with_probes.get(pk=lease.task_id).revision,
        now=workshop.now,
    )


@pytest.fixture
def known(workshop: Workshop) -> Photo:
    return know(workshop, 1)


@pytest.fixture
def probed(workshop: Workshop, known: Photo, newcomer: User) -> Lease:
    """A probe, without a seeded error, in the hands of the newcomer, before a new photo."""
    workshop.set_policy(**ALWAYS, seeded_share=0)
    workshop.open_task(2, PlainReader(confidence=0.4))
    return claim_next(workshop, newcomer)


def test_a_known_photo_comes_before_a_new_one_and_looks_like_one(
    workshop: Workshop, known: Photo, probed: Lease
) -> None:
    probe, new = Probe.objects.get(), Task.objects.get(state="new")
    photo = probed.task.photo
    assert (photo.is_probe, probed.task.is_probe, probe.known, probe.stand_in) == (True, True, known, new)
    assert (photo.sha256, photo.width, photo.difference_hash) == (known.sha256, 640, known.difference_hash)
    assert photo.name not in (known.name, new.photo.name)
    assert photo.name.startswith("photo-")
    assert (photo.uploaded_at, photo.uploaded_by) == (new.photo.uploaded_at, new.photo.uploaded_by)
    assert probed.task.acquisition.selected_by == new.acquisition.selected_by
    bundle = task_queries.get_task_bundle(task=probed.task, user=probed.holder, lease=probed)
    ordinary = workshop.people.reviewer
    workshop.set_policy(honeypot_share=0)
    other = claim_next(workshop, ordinary)
    like = task_queries.get_task_bundle(task=other.task, user=ordinary, lease=other)
    assert bundle.prediction is not None
    assert like.prediction is not None
    assert (bundle.prediction.vin, bundle.prediction.model_version) == (VIN, like.prediction.model_version)
    assert (bundle.annotation, bundle.readings, bundle.draft) == (None, [], None)
    for name in ("state", "revision", "rejection_reason", "skip_reason", "priority"):
        assert getattr(bundle.task, name) == getattr(like.task, name), name


def test_after_it_the_new_photo_comes(workshop: Workshop, probed: Lease) -> None:
    submit(workshop, probed)
    lease = claim_next(workshop, probed.holder)
    assert not lease.task.is_probe


def test_nobody_gets_a_known_photo_twice(workshop: Workshop, probed: Lease) -> None:
    submit(workshop, probed)
    workshop.open_task(3)
    for _ in range(2):
        lease = claim_next(workshop, probed.holder)
        assert not lease.task.is_probe
        submit(workshop, lease)


def test_whoever_annotated_or_reviewed_it_never_gets_it(workshop: Workshop, known: Photo) -> None:
    workshop.set_policy(**ALWAYS)
    workshop.open_task(2)
    for person in (workshop.people.annotator, workshop.people.reviewer):
        lease = claim_next(workshop, person)
        assert not lease.task.is_probe
        leases.release_lease(lease_id=lease.pk, holder=person, now=workshop.now)
    assert claim_next(workshop, workshop.people.admin).task.is_probe


def test_where_nothing_new_waits_nothing_known_comes(
    workshop: Workshop, known: Photo, newcomer: User
) -> None:
    workshop.set_policy(**ALWAYS)
    lease = leases.claim_next_task(
        project=workshop.people.project, holder=newcomer, kind="annotate", now=workshop.now
    )
    assert lease is None


def test_without_the_policy_none_comes(workshop: Workshop, known: Photo, newcomer: User) -> None:
    workshop.open_task(2)
    assert not claim_next(workshop, newcomer).task.is_probe


def test_what_one_person_alone_has_read_is_not_known_unless_an_admin_says_so(
    workshop: Workshop, newcomer: User
) -> None:
    workshop.set_policy(review_share=0)
    task = workshop.open_task(1)
    workshop.annotate(task)
    Photo.objects.update(rendered_at=workshop.now)
    workshop.set_policy(**ALWAYS)
    workshop.open_task(2)
    lease = claim_next(workshop, newcomer)
    assert not lease.task.is_probe
    leases.release_lease(lease_id=lease.pk, holder=newcomer, now=workshop.now)
    photo = Photo.objects.get(pk=task.photo_id)
    probes.mark_known(photo=photo, by=workshop.people.admin, now=workshop.now, is_known=True)
    assert claim_next(workshop, newcomer).task.photo.probe.known == photo


def test_what_a_reviewer_had_to_fix_is_not_known(workshop: Workshop, newcomer: User) -> None:
    task = workshop.open_task(1)
    workshop.annotate(task)
    workshop.review(task, "fixed_and_accepted", text=OTHER, characters=make_boxes(OTHER))
    Photo.objects.update(rendered_at=workshop.now)
    workshop.set_policy(**ALWAYS)
    workshop.open_task(2)
    assert not claim_next(workshop, newcomer).task.is_probe


def test_only_admins_choose_known_photos_and_only_accepted_ones(workshop: Workshop, known: Photo) -> None:
    with pytest.raises(Forbidden):
        probes.mark_known(photo=known, by=workshop.people.reviewer, now=workshop.now, is_known=True)
    unread = workshop.open_task(2).photo
    with pytest.raises(probes.NotKnown):
        probes.mark_known(photo=unread, by=workshop.people.admin, now=workshop.now, is_known=True)
    for is_known in (True, True, False):
        probes.mark_known(photo=known, by=workshop.people.admin, now=workshop.now, is_known=is_known)
    verbs = AuditEvent.objects.filter(verb__startswith="photo.known").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["photo.known_chosen", "photo.known_dropped"]


def test_a_right_submit_is_scored_and_ends_there(workshop: Workshop, probed: Lease) -> None:
    submit(workshop, probed)
    probe, task = Probe.objects.get(), Task.with_probes.get(pk=probed.task_id)
    assert (probe.is_right, probe.wrong_characters, probe.has_noticed) == (True, 0, None)
    assert (task.state, probe.annotation) == ("submitted", task.annotations.get())
    people = workshop.people
    assert not task_queries.list_waiting(project=people.project, user=people.reviewer, kind="review").exists()
    assert measure_error(project=people.project, user=probed.holder).trials == 1


def test_a_wrong_submit_counts_against_its_author(workshop: Workshop, probed: Lease) -> None:
    submit(workshop, probed, OTHER)
    probe = Probe.objects.get()
    assert (probe.is_right, probe.wrong_characters) == (False, 1)
    measured = measure_error(project=workshop.people.project, user=probed.holder)
    assert (measured.errors, measured.trials) == (1, 1)
    assert not Review.objects.filter(author=probed.holder).exists()


def test_that_nobody_can_read_a_known_photo_is_wrong(workshop: Workshop, probed: Lease) -> None:
    annotations.mark_unreadable(
        lease_id=probed.pk, holder=probed.holder, reason="Glare.", base_revision=0, now=workshop.now
    )
    probe = Probe.objects.get()
    assert (probe.is_right, probe.wrong_characters) == (False, 17)


def test_a_probe_is_taken_back_like_any_photo_and_the_newest_submit_counts(
    workshop: Workshop, probed: Lease
) -> None:
    submit(workshop, probed, OTHER)
    task = task_queries.get_task(user=probed.holder, task_id=probed.task_id)
    tasks.reopen_task(task=task, by=probed.holder, now=workshop.now)
    lease = workshop.claim(task, probed.holder)
    submit(workshop, lease)
    probe = Probe.objects.get()
    assert (probe.is_right, probe.annotation.revision) == (True, 2)


@pytest.mark.parametrize(("corrects", "has_noticed"), [(True, True), (False, False)])
def test_a_seeded_error_is_noticed_or_not(
    workshop: Workshop, known: Photo, newcomer: User, corrects: bool, has_noticed: bool
) -> None:
    workshop.set_policy(**ALWAYS, seeded_share=1)
    workshop.open_task(2)
    lease = claim_next(workshop, newcomer)
    shown = Prediction.objects.get(photo=lease.task.photo)
    probe = Probe.objects.get()
    assert count_edits(VIN, shown.vin) == 1
    assert probe.seeded_index is not None
    assert shown.vin[probe.seeded_index] == probe.seeded_symbol
    assert Prediction.objects.get(photo=known).vin == VIN
    submit(workshop, lease, VIN if corrects else shown.vin)
    probe.refresh_from_db()
    assert (probe.has_noticed, probe.is_right) == (has_noticed, corrects)


def test_a_probe_that_is_given_back_waits_for_the_same_person_alone(
    workshop: Workshop, probed: Lease
) -> None:
    leases.release_lease(lease_id=probed.pk, holder=probed.holder, now=workshop.now)
    admin = workshop.people.admin
    assert claim_next(workshop, probed.holder).task_id == probed.task_id
    other = claim_next(workshop, admin)
    assert other.task_id != probed.task_id
    with pytest.raises(NotFound):
        task_queries.get_task(user=admin, task_id=probed.task_id)
    with pytest.raises(NotFound):
        photo_queries.get_photo(user=admin, photo_id=probed.task.photo_id)


def test_an_expired_lease_on_a_probe_is_swept(workshop: Workshop, probed: Lease) -> None:
    assert leases.sweep_leases(now=workshop.later(hours=1)) == 1
    assert Task.with_probes.get(pk=probed.task_id).state == "new"


def test_a_probe_is_in_no_list_count_snapshot_or_comparison(workshop: Workshop, probed: Lease) -> None:
    project = workshop.people.project
    counted = (pages.count_photos(project=project), pages.count_tasks(project=project))
    submit(workshop, probed)
    assert counted[0] == pages.count_photos(project=project) == {"ready": 2}
    assert pages.count_tasks(project=project) == {"accepted": 1, "new": 1}
    assert probed.task.photo not in photo_queries.list_photos(project=project).items
    listed = task_filters.list_tasks(project=project, wanted=TaskFilter(), now=workshop.now)
    assert probed.task not in listed.items
    assert len(candidates.list_accepted(project)) == pages.count_newly_accepted(project=project) == 1
    Task.with_probes.filter(pk=probed.task_id).update(state="accepted")  # even then
    assert len(candidates.list_accepted(project)) == 1
    assert project.photos.count() == project.tasks.count() == 2
    again = workshop.upload(7, vin=VIN)
    assert again.near_duplicate_of_id != probed.task.photo_id


def test_the_same_file_is_still_refused_as_the_known_photo(
    workshop: Workshop, known: Photo, probed: Lease
) -> None:
    with pytest.raises(DuplicatePhoto) as refused:
        workshop.upload(1)
    assert refused.value.fields == {"photo": str(known.pk)}


def test_members_are_told_nothing_of_how_they_are_measured(workshop: Workshop, probed: Lease) -> None:
    people = workshop.people
    told = audit.list_audit_events(project=people.project, user=people.reviewer, limit=200).items
    recent = pages.list_recent_events(project=people.project, user=probed.holder)
    of_photo = pages.list_events_of_photo(photo=probed.task.photo, user=probed.holder)
    assert {event.verb for event in [*told, *recent, *of_photo]}.isdisjoint(audit.SECRET_VERBS)
    assert {event.verb for event in of_photo} == {"lease.claimed"}
    admins = audit.list_audit_events(project=people.project, user=people.admin, limit=200).items
    assert {"policy.set", "probe.made"} <= {event.verb for event in admins}


def test_a_known_photo_is_deleted_with_its_probes_once_nobody_works_on_one(
    workshop: Workshop, known: Photo, probed: Lease
) -> None:
    admin = workshop.people.admin
    with pytest.raises(PhotoInUse, match="working on"):
        photos.delete_photo(photo=known, by=admin, now=workshop.now)
    submit(workshop, probed)
    path = storage.original_path(known.sha256)
    assert path.exists()
    photos.delete_photo(photo=known, by=admin, now=workshop.now)
    assert not Probe.objects.exists()
    assert not Photo.with_probes.filter(is_probe=True).exists()
    assert not path.exists()


def test_the_draw_makes_about_as_many_as_the_policy_says(
    workshop: Workshop, newcomer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the true chance, over draws of as many tasks as a day has."""
    monkeypatch.undo()
    made: list[Any] = []
    monkeypatch.setattr(probes, "_lock_known", lambda *about: made.append(about))
    workshop.set_policy(honeypot_share=0.2)
    for _ in range(400):
        probes.slip_probe(stand_in=Task(project=workshop.people.project), holder=newcomer, now=workshop.now)
    assert 60 < len(made) < 145  # 0.25 of 400, within five standard deviations
