"""The history of a photo: what models read, what people wrote, judged, said and decided, as one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import prefetch_related_objects

from labeling.differences import Differences, Version, compare_versions
from labeling.models import Annotation, AuditEvent, Draft, Photo, Prediction, Task, User
from labeling.policies import Capability, can_see_draft, check_can
from labeling.queries.annotations import list_annotations
from labeling.queries.blindness import Veil, cover_events, find_veil
from labeling.queries.comments import list_comments
from labeling.queries.predictions import list_predictions

TOLD_BY_ROWS = (
    *("annotation.submitted", "annotation.imported", "annotation.placed"),
    *("review.submitted", "comment.added", "comment.edited"),
)
"""Events of what the list shows as itself."""


class EntryKind(StrEnum):
    PREDICTION = "prediction"
    ANNOTATION = "annotation"
    DRAFT = "draft"
    REVIEW = "review"
    COMMENT = "comment"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: `row` is the row of its kind, a ShownComment or an AuditEvent.

    `differences` tells a reading from the one that it follows, which `since` names; both are empty for what
    is no reading, and for the first.
    """

    kind: EntryKind
    at: datetime
    row: Any
    since: str = ""
    differences: Differences | None = None


def list_history(*, photo: Photo, viewer: User) -> list[Entry]:
    """Everything, newest first, as far as this viewer may know of it. Raises NotFound.

    Drafts are shown to their author and to admins; blind review hides names.
    """
    check_can(viewer, Capability.VIEW, photo.project)
    task = getattr(photo, "task", None)
    entries = _list_predictions(photo)
    if task is not None:
        veil = find_veil(viewer=viewer, task=task)
        annotations = _list_shown(photo, viewer, veil)
        entries += _list_annotations(annotations)
        entries += _list_drafts(task, viewer, annotations)
        comments = list_comments(task=task, viewer=viewer)
        entries += [Entry(EntryKind.COMMENT, comment.created_at, comment) for comment in comments]
        entries += _list_decisions(task, viewer)
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _list_shown(photo: Photo, viewer: User, veil: Veil) -> list[Annotation]:
    """What this viewer may see, newest first, with nobody in it whose name they are not told."""
    shown = list_annotations(photo=photo, user=viewer)
    prefetch_related_objects(shown, "prediction__model_version")
    for annotation in shown:
        veil.cover(annotation)
        for review in annotation.reviews.all():
            veil.cover(review, "reviewer")
    return shown


def version_of(row: Prediction | Annotation | Draft | None) -> Version:
    """What a row says, in the form in which two are compared."""
    if row is None:
        return Version("", [], None)
    text = _read_text(row) if isinstance(row, Prediction) else row.text
    return Version(text, row.characters, row.region)


def _read_text(prediction: Prediction) -> str:
    """The VIN; where the model was not sure that it is one, the characters that people began with."""
    return prediction.vin or "".join(character["symbol"] for character in prediction.characters)


def _list_predictions(photo: Photo) -> list[Entry]:
    found = list_predictions(photo=photo)
    before = [*found[1:], None]
    return [
        _compare(EntryKind.PREDICTION, row.created_at, row, old)
        for row, old in zip(found, before, strict=False)
    ]


def _list_annotations(annotations: list[Annotation]) -> list[Entry]:
    """Each revision beside the one before it, the first beside the prediction that was filled in."""
    before: list[Any] = [*annotations[1:], annotations[-1].prediction if annotations else None]
    entries = []
    for row, old in zip(annotations, before, strict=False):
        entries.append(_compare(EntryKind.ANNOTATION, row.created_at, row, old))
        entries += [Entry(EntryKind.REVIEW, review.created_at, review) for review in row.reviews.all()]
    return entries


def _list_drafts(task: Task, viewer: User, annotations: list[Annotation]) -> list[Entry]:
    veil = find_veil(viewer=viewer, task=task)
    by_revision: dict[int, Any] = {row.revision: row for row in annotations}
    newest = list_predictions(photo=task.photo)[:1]
    entries = []
    for draft in Draft.objects.filter(task=task).select_related("author", "task__project"):
        if can_see_draft(viewer, draft):
            old = by_revision.get(draft.base_revision) or (newest[0] if newest else None)
            entries.append(_compare(EntryKind.DRAFT, draft.saved_at, veil.cover(draft), old))
    return entries


def _list_decisions(task: Task, viewer: User) -> list[Entry]:
    events = AuditEvent.objects.filter(object_type="task", object_id=str(task.pk)).select_related("actor")
    events = events.exclude(verb__in=TOLD_BY_ROWS).exclude(verb__startswith="lease.")
    shown = cover_events(events.order_by("-id"), viewer=viewer, project=task.project)
    return [Entry(EntryKind.DECISION, event.created_at, event) for event in shown]


def _compare(kind: EntryKind, at: datetime, row: Any, old: Prediction | Annotation | None) -> Entry:
    if old is None:
        return Entry(kind, at, row)
    since = old.model_version.name if isinstance(old, Prediction) else f"revision {old.revision}"
    return Entry(kind, at, row, since, compare_versions(version_of(old), version_of(row)))
