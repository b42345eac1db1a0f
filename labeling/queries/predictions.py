"""What model versions read."""

from __future__ import annotations

from labeling.models import Photo, Prediction


def list_predictions(*, photo: Photo) -> list[Prediction]:
    """The predictions of a photo, newest first."""
    rows = Prediction.objects.filter(photo=photo).select_related("model_version")
    return list(rows.order_by("-created_at", "-id"))


def get_newest_prediction(*, photo: Photo) -> Prediction | None:
    return next(iter(list_predictions(photo=photo)), None)
