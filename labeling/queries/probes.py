"""Known photos: which may measure whom."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from labeling.models import Annotation, DecidedBy, Photo, Probe, Project, Review, User, Verdict
from labeling.states import PhotoState, TaskState


def list_known(*, project: Project) -> QuerySet[Photo]:
    """Accepted photos that were read completely and that an admin chose or two people agree on."""
    agreed = Review.objects.filter(
        annotation__task__photo=OuterRef("pk"), annotation__text=OuterRef("vin"), verdict=Verdict.ACCEPTED
    )
    rows = Photo.objects.filter(
        project=project, state=PhotoState.READY, rendered_at__isnull=False, task__state=TaskState.ACCEPTED
    )
    rows = rows.exclude(vin="").exclude(vin__contains="?")
    return rows.filter(Q(is_known=True) | Q(task__decided_by=DecidedBy.CONSENSUS) | Exists(agreed))


def list_known_for(*, project: Project, person: User) -> QuerySet[Photo]:
    """Those of which this person has seen nothing: not as annotator, not as reviewer, not as a probe."""
    return (
        list_known(project=project)
        .exclude(Exists(Annotation.objects.filter(task__photo=OuterRef("pk"), author=person)))
        .exclude(Exists(Review.objects.filter(annotation__task__photo=OuterRef("pk"), reviewer=person)))
        .exclude(Exists(Probe.objects.filter(known=OuterRef("pk"), person=person)))
    )


def find_from(rows: QuerySet[Photo], pivot: UUID) -> Photo | None:
    """The first row at or after the pivot, or from the beginning: a choice that needs no sorting of all."""
    ordered = rows.order_by("pk")
    return ordered.filter(pk__gte=pivot).first() or ordered.first()
