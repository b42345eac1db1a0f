"""`create_load`: rows that the product itself might have left."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Q
from django.utils import timezone

from labeling.management import load
from labeling.models import (
    Annotation,
    Lease,
    Photo,
    Project,
    Rereading,
    Review,
    Shadow,
    SnapshotItem,
    SpotCheck,
    Task,
)
from labeling.operations import leases
from labeling.operations.best_values import refresh_best_value
from labeling.queries import drift, shadows
from labeling.states import TaskState
from tests.integration.domain.workshop import Workshop

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return load.create_load(slug="load", photos=600, now=timezone.now())


def test_there_is_something_of_everything(project: Project) -> None:
    assert Photo.objects.filter(project=project).count() == 600
    # How work is checked is left as it is from the start: nothing is read twice.
    read_twice = {
        state for state in TaskState if "second" in state or state in ("conflict", "in_adjudication")
    }
    assert set(Task.objects.values_list("state", flat=True)) == set(TaskState) - read_twice
    assert Task.objects.filter(assignee__isnull=False).exists()
    assert SnapshotItem.objects.filter(snapshot__project=project).exists()
    held = Lease.objects.filter(ended_at=None)
    assert held.count() == Task.objects.filter(state__in=["in_progress", "in_review"]).count() == 60
    assert Review.objects.filter(reviewer=F("author")).count() == 0
    assert SpotCheck.objects.exists()


def test_models_were_watched_and_no_worker_has_anything_to_do(project: Project) -> None:
    (shadow,) = shadows.list_shadows(project=project)
    report = shadows.get_shadow_report(shadow=shadow)
    assert report.read == report.agreed.of == report.champion_time.n
    assert 0.8 < report.agreed.value < 0.95
    (rereading,) = Rereading.objects.all()
    assert rereading.done == rereading.total == Task.objects.filter(state="new").count()
    seen = drift.get_drift(project=project, now=timezone.now())
    assert (seen.is_learning, bool(seen.findings)) == (False, True)
    assert not Shadow.objects.filter(state="running").exists()
    assert not Rereading.objects.filter(state="running").exists()


def test_every_photo_shows_what_the_product_would_show(project: Project) -> None:
    columns = ("id", "vin", "confidence", "vin_source", "task__confidence")
    shown = Photo.objects.filter(Q(state="ready")).order_by("id")
    before = list(shown.values_list(*columns))
    for photo in shown:
        refresh_best_value(photo)
    assert list(shown.values_list(*columns)) == before
    for task in Task.objects.exclude(revision=0):
        assert Annotation.objects.filter(task=task, revision=task.revision).exists()


def test_its_people_can_work(project: Project) -> None:
    membership = project.memberships.filter(role="reviewer").last()
    assert membership is not None
    for kind in ("annotate", "review"):
        lease = leases.claim_next_task(project=project, holder=membership.user, kind=kind, now=timezone.now())
        assert lease is not None


def test_real_photos_are_not_mixed_with_it_by_mistake(workshop: Workshop) -> None:
    workshop.upload()
    with pytest.raises(CommandError, match="--beside-real-photos"):
        call_command("create_load", photos=10)
    assert Photo.objects.count() == 1
