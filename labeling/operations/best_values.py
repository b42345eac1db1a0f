"""The value that a photo shows in lists: what people wrote where they did, else the reading that is trusted
as a label, else the newest one."""

from __future__ import annotations

from typing import Any

from labeling.models import (
    Annotation,
    AnnotationSource,
    DecidedBy,
    LabelEnd,
    Outcome,
    Photo,
    Prediction,
    Task,
    VinSource,
)
from labeling.states import SHOWS_WORK, TaskState


def refresh_best_value(photo: Photo) -> None:
    """Work out `vin`, `confidence` and `vin_source` anew, in the transaction of the change.

    The task repeats the confidence.
    """
    values = _find_human_value(photo) or _find_predicted_value(photo)
    Photo.with_probes.filter(pk=photo.pk).update(**values)
    Task.with_probes.filter(photo=photo).update(confidence=values["confidence"])
    for name, value in values.items():
        setattr(photo, name, value)


def _find_human_value(photo: Photo) -> dict[str, Any] | None:
    task = Task.with_probes.filter(photo=photo).first()
    if task is None:
        return None
    if task.state == TaskState.UNREADABLE:
        return {"vin": "", "confidence": None, "vin_source": VinSource.HUMAN.value}
    newest = Annotation.objects.filter(task=task, revision=task.revision).first()
    if newest is None or task.state not in SHOWS_WORK or newest.outcome != Outcome.READ:
        return None
    return {"vin": newest.text, "confidence": None, "vin_source": _find_source(task, newest).value}


def _find_source(task: Task, newest: Annotation) -> VinSource:
    if newest.source == AnnotationSource.IMPORTED:
        return VinSource.IMPORTED
    return VinSource.CONSENSUS if task.decided_by == DecidedBy.CONSENSUS else VinSource.HUMAN


def _find_predicted_value(photo: Photo) -> dict[str, Any]:
    readings = Prediction.objects.filter(photo=photo).order_by("-created_at", "-id")
    newest = readings.filter(pseudo_labels__end=LabelEnd.STANDS).first() or readings.first()
    if newest is None:
        return {"vin": "", "confidence": None, "vin_source": VinSource.NONE.value}
    return {
        "vin": newest.vin,
        "confidence": newest.confidence,
        "vin_source": VinSource.PREDICTION.value,
    }
