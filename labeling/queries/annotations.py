"""What people submitted."""

from __future__ import annotations

from labeling.models import Annotation, Photo, Task


def list_annotations(*, photo: Photo) -> list[Annotation]:
    """The annotations of a photo with their reviews, newest first."""
    rows = Annotation.objects.filter(task__photo=photo).select_related("author")
    return list(rows.prefetch_related("reviews__reviewer").order_by("-revision"))


def get_newest_annotation(*, task: Task) -> Annotation | None:
    """The annotation that the task's revision names."""
    rows = Annotation.objects.filter(task=task, revision=task.revision)
    return rows.select_related("author", "prediction__model_version").first()
