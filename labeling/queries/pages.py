"""Counts and side looks that only the pages need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from labeling.models import (
    AuditEvent,
    DatasetSnapshot,
    Evaluation,
    FinetuningRun,
    GateDecision,
    Invitation,
    Lease,
    ModelVersion,
    Photo,
    Project,
    Promotion,
    Task,
    User,
)
from labeling.models.audit import QUIET_VERBS
from labeling.queries import runs
from labeling.queries.audit import AUTHORS_VERBS, without_secrets
from labeling.queries.blindness import cover_events
from labeling.states import ModelVersionState, PhotoState, TaskState

UNREAD = (PhotoState.UPLOADED, PhotoState.QUEUED, PhotoState.PROCESSING)
BROKEN = (PhotoState.FAILED, PhotoState.QUARANTINED)
RECENT_EVENTS, PHOTO_EVENTS = 100, 50
"""How many audit events a list begins with: of a project, and of one photo."""


def count_photos(*, project: Project) -> dict[str, int]:
    """Photos by state; a state without photos is missing."""
    return dict(Photo.objects.filter(project=project).values_list("state").annotate(number=Count("*")))


def count_tasks(*, project: Project) -> dict[str, int]:
    """Tasks by state; a state without tasks is missing."""
    return dict(Task.objects.filter(project=project).values_list("state").annotate(number=Count("*")))


def find_newest_snapshot(*, project: Project) -> DatasetSnapshot | None:
    return DatasetSnapshot.objects.filter(project=project).order_by("-created_at").first()


def has_taught(*, snapshot: DatasetSnapshot) -> bool:
    """Whether a run was made on it."""
    return snapshot.runs.exists()


def count_newly_accepted(*, project: Project, since: DatasetSnapshot | None = None) -> int:
    """Photos that were accepted, since a snapshot was frozen."""
    accepted = Task.objects.filter(project=project, state=TaskState.ACCEPTED)
    return accepted.filter(updated_at__gt=since.created_at).count() if since else accepted.count()


def find_open_run(*, project: Project) -> FinetuningRun | None:
    """The run that is under way or next in the queue."""
    return FinetuningRun.objects.filter(project=project, state__in=runs.OPEN).order_by("requested_at").first()


def find_passed_version(*, project: Project) -> ModelVersion | None:
    """The newest challenger that passed the gate against today's champion and waits for a person."""
    return (
        ModelVersion.objects.filter(
            project=project,
            state=ModelVersionState.EVALUATED,
            gate_decisions__passed=True,
            gate_decisions__champion__state=ModelVersionState.PROMOTED,
        )
        .order_by("-number")
        .first()
    )


def find_evaluation(*, version: ModelVersion, snapshot: DatasetSnapshot | None = None) -> Evaluation | None:
    """The newest scorecard of the version on the test split, of one snapshot or of any."""
    evaluations = Evaluation.objects.filter(model_version=version, split="test").select_related("snapshot")
    if snapshot is not None:
        evaluations = evaluations.filter(snapshot=snapshot)
    return evaluations.order_by("-created_at").first()


def list_test_scores(*, project: Project) -> dict[UUID, dict[str, Any]]:
    """Of each version the newest figures on a test split, without the photos: n, exact, exact_match, cer."""
    newest = Evaluation.objects.filter(model_version__project=project, split="test")
    newest = newest.order_by("model_version", "-created_at").distinct("model_version")
    figures = [f"scorecard__{name}" for name in ("n", "exact", "exact_match", "cer")]
    return {
        row["model_version_id"]: {name.removeprefix("scorecard__"): row[name] for name in figures}
        for row in newest.values("model_version_id", *figures)
    }


def list_gate_outcomes(*, project: Project) -> dict[UUID, bool]:
    """Of each version whether it passed the gate when it was last compared."""
    newest = GateDecision.objects.filter(challenger__project=project)
    newest = newest.order_by("challenger", "-created_at").distinct("challenger")
    return dict(newest.values_list("challenger_id", "passed"))


def find_decision(*, version: ModelVersion) -> GateDecision | None:
    """The gate's newest word on the version."""
    decisions = GateDecision.objects.filter(challenger=version)
    return (
        decisions.select_related("champion", "challenger", "snapshot", "policy__reference")
        .order_by("-created_at")
        .first()
    )


def list_overridden(*, project: Project) -> set[UUID]:
    """Versions that a person has ever promoted against the gate."""
    promotions = Promotion.objects.filter(model_version__project=project).exclude(reason="")
    against = promotions.exclude(gate_decision__passed=True)
    return set(against.values_list("model_version_id", flat=True))


def list_promotions(*, version: ModelVersion) -> QuerySet[Promotion]:
    """When the version came into service, newest first."""
    promotions = Promotion.objects.filter(model_version=version)
    related = ("model_version", "previous", "by", "gate_decision")
    return promotions.select_related(*related).order_by("-at")


def list_photos_by_hash(*, project: Project, sha256s: Iterable[str]) -> dict[str, Photo]:
    """Photos of the project by the hash of their original."""
    found = Photo.objects.filter(project=project, sha256__in=list(sha256s))
    return {photo.sha256: photo for photo in found}


def list_recent_events(
    *, project: Project, user: User | None = None, limit: int = RECENT_EVENTS
) -> list[AuditEvent]:
    """What people did lately in the project; what jobs did, and who held what, is left out."""
    events = AuditEvent.objects.filter(project=project, actor__isnull=False).select_related("actor")
    events = without_secrets(events, project, user)
    events = events.exclude(verb__in=QUIET_VERBS)
    return cover_events(events.order_by("-id")[:limit], viewer=user, project=project)


def list_events_of_photo(
    *, photo: Photo, user: User | None = None, hides_authors: bool = False, limit: int = PHOTO_EVENTS
) -> list[AuditEvent]:
    """What happened to a photo and to its task, newest first; on request without what names an author."""
    task = Task.with_probes.filter(photo=photo).first()
    events = AuditEvent.objects.filter(object_type="photo", object_id=str(photo.pk))
    if task is not None:
        of_task = AuditEvent.objects.filter(object_type="task", object_id=str(task.pk))
        annotations = [str(key) for key in task.annotations.values_list("pk", flat=True)]
        of_annotations = AuditEvent.objects.filter(object_type="annotation", object_id__in=annotations)
        events = events | of_task | of_annotations
    events = without_secrets(events, photo.project, user)
    if hides_authors:
        events = events.exclude(verb__in=AUTHORS_VERBS)
    newest = events.select_related("actor").order_by("-id")[:limit]
    return cover_events(newest, viewer=user, project=photo.project)


def list_open_invitations(*, project: Project) -> QuerySet[Invitation]:
    """Invitations that nobody has accepted; whether they have ended is for the reader to say."""
    return (
        Invitation.objects.filter(project=project, accepted_at=None)
        .select_related("invited_by")
        .order_by("-created_at")
    )


def find_held_lease(*, task: Task, holder: User, now: datetime) -> Lease | None:
    """The lease under which this person has the task in hand."""
    return Lease.objects.filter(task=task, holder=holder, ended_at=None, expires_at__gt=now).first()
