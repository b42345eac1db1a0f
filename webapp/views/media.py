"""Photos as files, each behind a question of permission; no address of them leads past the application."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from inference.geometry import quad_from_points
from labeling import storage
from labeling.imaging import render_strip
from labeling.models import Photo, Scope
from labeling.queries import annotations, photos, predictions
from webapp.api.base import ApiView, current_user
from webapp.api.outputs import ErrorOutput

PATHS: dict[str, Callable[[str], Path]] = {
    "display": storage.display_path,
    "thumbnail": storage.thumbnail_path,
    "original": storage.original_path,
}
SANDBOX = "sandbox; default-src 'none'"
MAX_AGE_SECONDS = 300
NOT_RENDERED = "This copy of the photo is not made yet. Try again in a moment."


class AnyAccept(DefaultContentNegotiation):
    """A browser asks for `image/*` here; refusals are written as JSON all the same."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class MediaView(ApiView):
    """Pixels, for an `<img>` alone."""

    scopes = {"GET": {Scope.READ}}
    content_negotiation_class = AnyAccept

    def answer(self, request: Request, etag: str, send: Callable[[], HttpResponseBase]) -> HttpResponseBase:
        """What is sent, or that it is what the browser has already; nothing but an image to the browser."""
        unchanged = get_conditional_response(request._request, etag=etag)
        response = unchanged if unchanged is not None else send()
        # The bytes never change, yet the right to see them may: the browser asks again soon.
        self.headers["Cache-Control"] = f"private, max-age={MAX_AGE_SECONDS}"
        response["ETag"] = etag
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = SANDBOX
        return response


class PhotoMedia(MediaView):
    """One rendition of a photo: `display` and `thumbnail` as the server encoded them, or the `original`."""

    @extend_schema(
        operation_id="photo_media",
        parameters=[OpenApiParameter("rendition", str, "path", enum=tuple(PATHS))],
        responses={(200, "image/*"): OpenApiTypes.BINARY, 304: None}
        | dict.fromkeys((401, 403, 404), ErrorOutput),
    )
    def get(self, request: Request, photo_id: UUID, rendition: str) -> HttpResponseBase:
        if rendition not in PATHS:
            raise Http404
        photo = photos.get_photo(user=current_user(request), photo_id=photo_id)
        etag = f'"{photo.sha256}-{rendition}"'
        return self.answer(request, etag, lambda: _send(photo, rendition))


class PredictionStrip(MediaView):
    """The line that a model version read, cut out of the photo and upright."""

    @extend_schema(
        operation_id="prediction_strip",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, 304: None}
        | dict.fromkeys((401, 403, 404), ErrorOutput),
    )
    def get(self, request: Request, prediction_id: int) -> HttpResponseBase:
        prediction = predictions.get_prediction(user=current_user(request), prediction_id=prediction_id)
        send = partial(_send_strip, prediction.photo, prediction.region)
        return self.answer(request, f'"strip-{prediction.pk}"', send)


class AnnotationStrip(MediaView):
    """The line that a person read; where they drew none, the one that the model had found."""

    @extend_schema(
        operation_id="annotation_strip",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, 304: None}
        | dict.fromkeys((401, 403, 404), ErrorOutput),
    )
    def get(self, request: Request, annotation_id: UUID) -> HttpResponseBase:
        annotation = annotations.get_annotation(user=current_user(request), annotation_id=annotation_id)
        found = annotation.prediction.region if annotation.prediction else None
        send = partial(_send_strip, annotation.task.photo, annotation.region or found)
        return self.answer(request, f'"strip-{annotation.pk}"', send)


def _send_strip(photo: Photo, region: Any) -> HttpResponse:
    if region is None:
        raise NotFound("No VIN was found in this photo, so there is no strip of it.")
    try:
        display = storage.display_path(photo.sha256).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(NOT_RENDERED, "not_rendered") from error
    strip = render_strip(display, quad_from_points(region), width=photo.width)
    return HttpResponse(strip, content_type="image/jpeg")


def _send(photo: Photo, rendition: str) -> FileResponse:
    original = rendition == "original"
    try:
        file = PATHS[rendition](photo.sha256).open("rb")
    except FileNotFoundError as error:
        raise NotFound(NOT_RENDERED, "not_rendered") from error
    return FileResponse(
        file,
        as_attachment=original,
        filename=photo.name if original else "",
        content_type=photo.content_type if original else "image/jpeg",
    )
