"""What model versions read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.models import Photo, Prediction
from labeling.policies import Capability, NotFound, check_can

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User


def list_predictions(*, photo: Photo) -> list[Prediction]:
    """The predictions of a photo, newest first."""
    rows = Prediction.objects.filter(photo=photo).select_related("model_version")
    return list(rows.order_by("-created_at", "-id"))


def get_prediction(*, user: User | AnonymousUser, prediction_id: int) -> Prediction:
    """With its photo. Raises NotFound."""
    row = Prediction.objects.select_related("photo__project").filter(pk=prediction_id).first()
    if row is None:
        raise NotFound
    check_can(user, Capability.VIEW, row.photo.project)
    return row


def get_newest_prediction(*, photo: Photo) -> Prediction | None:
    return next(iter(list_predictions(photo=photo)), None)
