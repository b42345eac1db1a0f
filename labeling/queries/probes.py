"""Known photos: which may measure whom."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from labeling.models import Annotation, DecidedBy, Photo, Probe, Project, Review, User, Verdict
from labeling.states import PhotoState, TaskState


def list_known(*, project: Project) -> QuerySet[Photo]:
    """Accepted photos that were read completely and that an admin chose or two people agree on."""
    return _list_certain(project).filter(_CHOSEN | _AGREED | Exists(_AFFIRMED))


def count_known(*, project: Project, most: int) -> int:
    """How many there are; counting ends at `most`.

    One reason after the other: a condition with all of them looks at every photo before it finds the first.
    """
    certain = _list_certain(project)
    kinds = (
        certain.filter(_CHOSEN),
        certain.filter(~_CHOSEN & _AGREED),
        certain.filter(~_CHOSEN & ~_AGREED & Exists(_AFFIRMED)),
    )
    return min(sum(kind[:most].count() for kind in kinds), most)


def _list_certain(project: Project) -> QuerySet[Photo]:
    rows = Photo.objects.filter(
        project=project, state=PhotoState.READY, rendered_at__isnull=False, task__state=TaskState.ACCEPTED
    )
    return rows.exclude(vin="").exclude(vin__contains="?")


_CHOSEN = Q(is_known=True)
_AGREED = Q(task__decided_by=DecidedBy.CONSENSUS)
_AFFIRMED = Review.objects.filter(
    task__photo=OuterRef("pk"), annotation__text=OuterRef("vin"), verdict=Verdict.ACCEPTED
)


def list_known_for(*, project: Project, person: User) -> QuerySet[Photo]:
    """Those of which this person has seen nothing: not as annotator, not as reviewer, not as a probe."""
    return (
        list_known(project=project)
        .exclude(Exists(Annotation.objects.filter(task__photo=OuterRef("pk"), author=person)))
        .exclude(Exists(Review.objects.filter(task__photo=OuterRef("pk"), reviewer=person)))
        .exclude(Exists(Probe.objects.filter(known=OuterRef("pk"), person=person)))
    )


def find_from(rows: QuerySet[Photo], pivot: UUID) -> Photo | None:
    """The first row at or after the pivot, or from the beginning: a choice that needs no sorting of all."""
    ordered = rows.order_by("pk")
    return ordered.filter(pk__gte=pivot).first() or ordered.first()
