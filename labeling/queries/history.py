"""What one person submitted and what reviewers made of it, so that they learn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from labeling.models import Annotation, Comment, Photo, Project, Review, User
from labeling.queries import work
from labeling.queries.paging import InvalidCursor, Page, clamp_limit, decode_cursor, encode_cursor
from labeling.queries.spans import Span


@dataclass(frozen=True, slots=True)
class Submitted:
    """One annotation with the review of it, where there is one, and what its reviewer said besides."""

    annotation: Annotation
    photo: Photo
    review: Review | None
    remarks: list[Comment]

    @property
    def corrected(self) -> Annotation | None:
        """What the reviewer made of it."""
        return self.review.corrected if self.review else None


def list_history(
    *,
    project: Project,
    person: User,
    span: Span,
    only_wrong: bool = False,
    is_own: bool = False,
    after: str = "",
    limit: int = 10,
) -> Page[Submitted]:
    """What the person submitted in the span, newest first; `only_wrong`: what review changed or sent back.

    `is_own` is for the person themselves: what waits for a verdict is in no other list, and to them a probe
    is a photo like any other. Raises InvalidCursor.
    """
    rows = find_history(project=project, person=person, span=span, only_wrong=only_wrong, is_own=is_own)
    if after:
        rows = rows.filter(_build_keyset(after))
    size = clamp_limit(limit)
    found = list(rows[: size + 1])
    items = [build_submitted(annotation) for annotation in found[:size]]
    if len(found) <= size:
        return Page(items)
    last = items[-1].annotation
    return Page(items, encode_cursor([last.created_at.isoformat(), last.pk]))


def find_history(
    *, project: Project, person: User, span: Span, only_wrong: bool, is_own: bool
) -> QuerySet[Annotation]:
    """All the rows of list_history."""
    rows = work.list_submitted(project=project, person=person, span=span, is_own=is_own)
    if only_wrong:
        rows = rows.filter(Exists(Review.objects.filter(work.WRONG, annotation=OuterRef("pk"))))
    if not is_own:
        rows = rows.exclude(task__state__in=work.WAITING_FOR_JUDGEMENT)
    reviews = Prefetch("reviews", Review.objects.select_related("corrected").order_by("-created_at"))
    remarks = Prefetch("task__comments", Comment.objects.order_by("id"))
    rows = rows.select_related("task__photo", "prediction").prefetch_related(reviews, remarks)
    return rows.order_by("-created_at", "-id")


def build_submitted(annotation: Annotation) -> Submitted:
    """One row of find_history with its newest review."""
    review = next(iter(annotation.reviews.all()), None)
    return Submitted(annotation, annotation.task.photo, review, _list_remarks(annotation, review))


def _list_remarks(annotation: Annotation, review: Review | None) -> list[Comment]:
    """The reviewer's comments on this revision."""
    if review is None:
        return []
    written = (annotation.revision, review.reviewer_id)
    comments = annotation.task.comments.all()
    return [comment for comment in comments if (comment.revision, comment.author_id) == written]


def _build_keyset(after: str) -> Q:
    moment, key = decode_cursor(after, length=2)
    try:
        created_at, annotation_id = datetime.fromisoformat(moment or ""), UUID(key)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidCursor from error
    return Q(created_at__lt=created_at) | Q(created_at=created_at, id__lt=annotation_id)
