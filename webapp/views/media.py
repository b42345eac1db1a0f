"""Photos as files, each behind a question of permission; no address of them leads past the application."""

from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from labeling import storage
from labeling.models import Photo, Scope
from labeling.queries import photos
from webapp.api.base import ApiView, current_user
from webapp.api.outputs import ErrorOutput

PATHS: dict[str, Callable[[str], Path]] = {
    "display": storage.display_path,
    "thumbnail": storage.thumbnail_path,
    "original": storage.original_path,
}
SANDBOX = "sandbox; default-src 'none'"
MAX_AGE_SECONDS = 300


class AnyAccept(DefaultContentNegotiation):
    """A browser asks for `image/*` here; refusals are written as JSON all the same."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class PhotoMedia(ApiView):
    """One rendition of a photo: `display` and `thumbnail` as the server encoded them, or the `original`."""

    scopes = {"GET": {Scope.READ}}
    content_negotiation_class = AnyAccept

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
        unchanged = get_conditional_response(request._request, etag=etag)
        response = unchanged if unchanged is not None else _send(photo, rendition)
        # The bytes never change, yet the right to see them may: the browser asks again soon.
        self.headers["Cache-Control"] = f"private, max-age={MAX_AGE_SECONDS}"
        response["ETag"] = etag
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = SANDBOX
        return response


def _send(photo: Photo, rendition: str) -> FileResponse:
    original = rendition == "original"
    try:
        file = PATHS[rendition](photo.sha256).open("rb")
    except FileNotFoundError as error:
        raise NotFound(
            "This copy of the photo is not made yet. Try again in a moment.", "not_rendered"
        ) from error
    return FileResponse(
        file,
        as_attachment=original,
        filename=photo.name if original else "",
        content_type=photo.content_type if original else "image/jpeg",
    )
