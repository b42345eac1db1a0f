"""Opens the task of a photo that was just read, at the place that what it would teach gives it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from inference.acquisition import Signals, measure_signals, weigh
from labeling.interleaving import place_new
from labeling.models import Acquisition, AcquisitionPolicy, Photo, Prediction, SelectedBy, Task
from labeling.operations.routes import draw_for
from labeling.operations.tasks import open_task
from labeling.queries.acquisition import get_policy, list_quantiles
from labeling.states import TaskState

UNKNOWN_NOVELTY = 0.5
"""Until the order is worked out anew, nobody knows how far a new photo is from those that are labeled."""

_COLUMNS = ("uncertainty", "disagreement", "legibility")


def place_task(*, photo: Photo, prediction: Prediction, now: datetime) -> Task:
    """The task of a photo with this newest prediction. Where somebody has begun it, all stays as it is.

    Called in the transaction that stores the prediction.
    """
    policy = get_policy(project=photo.project)
    signals = signals_of(prediction)
    known = Acquisition.objects.filter(task__photo=photo).first()
    selected_by = choose_by(policy, photo, known.selected_by if known else None)
    novelty = known.novelty if known else None
    task = open_task(photo=photo, priority=_find_place(policy, photo, signals, selected_by, novelty), now=now)
    if task.state == TaskState.NEW and task.revision == 0:
        Acquisition.objects.update_or_create(task=task, defaults=describe(prediction, signals, selected_by))
    return task


def signals_of(prediction: Prediction) -> Signals:
    """What a stored reading says; of older ones, as much as was kept."""
    names = ("vin", "confidence", "characters", "quality", "stages")
    return measure_signals({name: getattr(prediction, name) for name in names})


def describe(prediction: Prediction, signals: Signals, selected_by: str) -> dict[str, Any]:
    """The columns of an Acquisition, but for its task."""
    details = asdict(signals)
    columns = {name: details.pop(name) for name in _COLUMNS}
    return {"prediction": prediction, "selected_by": selected_by, "details": details, **columns}


def choose_by(policy: AcquisitionPolicy, photo: Photo, before: str | None) -> SelectedBy:
    """Whether a photo comes at random: decided when its task is opened, by a draw that stays the same.

    A larger share holds for the photos to come: those that wait were left over by worth, and are no fair
    sample of all. A smaller one lets go of photos, which is fair.
    """
    is_drawn = draw_for(photo.project, "random order", photo.pk) < policy.random_share
    is_random = is_drawn and before in (None, SelectedBy.RANDOM)
    return SelectedBy.RANDOM if is_random else SelectedBy.WORTH


def draw_place(photo: Photo) -> float:
    """Where among those that were drawn at random a photo comes: of two, the one with the higher draw."""
    return draw_for(photo.project, "place in the order", photo.pk)


def _find_place(
    policy: AcquisitionPolicy,
    photo: Photo,
    signals: Signals,
    selected_by: SelectedBy,
    novelty: float | None,
) -> float:
    if selected_by == SelectedBy.RANDOM:
        return place_new(draw_place(photo), list_quantiles(project=photo.project))
    return weigh(signals, policy.weights, novelty=UNKNOWN_NOVELTY if novelty is None else novelty)


def copy_for_probe(*, probe: Task, prediction: Prediction, like: Task) -> None:
    """A probe says why it comes, as any photo does: otherwise it would be known by its silence."""
    known = Acquisition.objects.filter(task=like).first()
    if known is not None:
        columns = describe(prediction, signals_of(prediction), known.selected_by)
        Acquisition.objects.create(task=probe, novelty=known.novelty, **columns)
