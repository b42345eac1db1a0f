"""Photos: upload, look at, read again, delete."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.errors import DomainError
from labeling.models import Project, Scope, User
from labeling.operations import archives, probes
from labeling.operations import photos as operations
from labeling.operations.archives import ArchiveReport
from labeling.queries import annotations, photos, predictions, projects
from labeling.queries.spans import DEFAULT_PERIOD, span_of
from labeling.queries.work import WorkFilter
from webapp.api.base import FORM_OVERHEAD, ApiView, current_user, read_input, read_query
from webapp.api.inputs import WORK_FIELDS, PhotoFiltersInput, UploadInput
from webapp.api.inputs_datasets import PhotoChangeInput
from webapp.api.outputs import (
    AnnotationOutput,
    PhotoDetailOutput,
    PhotoOutput,
    PredictionOutput,
    UploadOutput,
    list_of,
    page_of,
)
from webapp.api.permissions import NO_TOKENS
from webapp.api.schema import describe
from webapp.errors import MAX_FIELDS
from webapp.work_filters import find_work, span_days

PhotoPage = page_of(PhotoOutput)
PredictionList = list_of(PredictionOutput)
AnnotationList = list_of(AnnotationOutput)


class ProjectPhotos(ApiView):
    scopes = {"GET": {Scope.READ}, "POST": {Scope.UPLOAD}}
    parser_classes = [MultiPartParser]

    def largest_body(self, request: Request) -> int:
        if request.method != "POST":
            return super().largest_body(request)
        return photo_limit() * archives.ARCHIVE_FACTOR + FORM_OVERHEAD

    @describe(query=PhotoFiltersInput, answers={200: PhotoPage}, operation_id="photos_list")
    def get(self, request: Request, slug: str) -> Response:
        """The photos of a project, newest first unless asked otherwise."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_query(PhotoFiltersInput, request)
        did = {name: wanted.pop(name) for name in WORK_FIELDS}
        work = _find_work(project, person, did) if did["did"] else None
        page = photos.list_photos(project=project, work=work, **wanted)
        return Response(PhotoPage(page).data)

    @describe(takes={"multipart/form-data": UploadInput}, answers={201: UploadOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Upload a photo, or a ZIP of photos."""
        project = projects.get_project(user=current_user(request), slug=slug)
        upload: UploadedFile = read_input(UploadInput, request)["file"]
        report = _store(project, upload, current_user(request))
        return Response(UploadOutput(report).data, status=status.HTTP_201_CREATED)


def _find_work(project: Project, viewer: User, wanted: dict[str, Any]) -> WorkFilter:
    """By the rules of the page of photos, which takes the same parameters."""
    first, last, days = wanted.pop("from"), wanted.pop("to"), wanted.pop("days") or DEFAULT_PERIOD
    span = span_days(first, last) if first or last else span_of(days, now=timezone.now())
    return find_work(project=project, viewer=viewer, other=wanted.pop("with"), span=span, **wanted)


def _store(project: Project, upload: UploadedFile, by: User) -> ArchiveReport:
    """Whatever came, as a report; a ZIP of which nothing was stored is a refusal."""
    now = timezone.now()
    content = upload.read(photo_limit() + 1)  # what is no archive is never held in memory beyond its limit
    if not archives.is_archive(content):
        name = upload.name or ""
        photo = operations.create_photo(project=project, content=content, name=name, uploaded_by=by, now=now)
        return ArchiveReport(created=[photo])
    report = archives.create_photos_from_archive(
        project=project, content=content + upload.read(), uploaded_by=by, now=now
    )
    if not report.created:
        raise _refuse(report)
    return report


def photo_limit() -> int:
    """The largest photo in bytes."""
    return int(settings.MAX_UPLOAD_MEGABYTES) * 1024 * 1024


def _refuse(report: ArchiveReport) -> DomainError:
    fields = {entry.name: entry.message for entry in report.refused[:MAX_FIELDS]}
    if all(entry.code == operations.DuplicatePhoto.code for entry in report.refused):
        return operations.DuplicatePhoto(
            "Every photo of this archive is in the project already.", fields=fields
        )
    return archives.InvalidArchive("No file of this archive is a new photo.", fields=fields)


class PhotoDetail(ApiView):
    scopes = {"GET": {Scope.READ}, "PATCH": {Scope.UPLOAD}, "DELETE": {Scope.UPLOAD}}

    @describe(answers={200: PhotoDetailOutput})
    def get(self, request: Request, photo_id: UUID) -> Response:
        """A photo, its best known VIN, and the task of it."""
        photo = photos.get_photo(user=current_user(request), photo_id=photo_id)
        return Response(PhotoDetailOutput(photo).data)

    @describe(takes=PhotoChangeInput, answers={200: PhotoOutput})
    def patch(self, request: Request, photo_id: UUID) -> Response:
        """Say what the VIN is written on."""
        person = current_user(request)
        photo = photos.get_photo(user=person, photo_id=photo_id)
        wanted = read_input(PhotoChangeInput, request)
        changed = operations.set_kind(photo=photo, by=person, now=timezone.now(), **wanted)
        return Response(PhotoOutput(changed).data)

    @describe(answers={204: None}, errors=(404, 409))
    def delete(self, request: Request, photo_id: UUID) -> Response:
        """Delete a photo with all that was said of it."""
        person = current_user(request)
        photo = photos.get_photo(user=person, photo_id=photo_id)
        operations.delete_photo(photo=photo, by=person, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class PhotoReread(ApiView):
    scopes = {"POST": {Scope.UPLOAD}}

    @describe(answers={200: PhotoOutput}, errors=(404, 409))
    def post(self, request: Request, photo_id: UUID) -> Response:
        """Have the photo read again by the model version in service."""
        person = current_user(request)
        photo = photos.get_photo(user=person, photo_id=photo_id)
        again = operations.reread_photo(photo=photo, by=person, now=timezone.now())
        return Response(PhotoOutput(again).data)


class PhotoKnown(ApiView):
    """Photos to measure people by. No token chooses them: that takes an admin who is logged in."""

    scopes = {"PUT": NO_TOKENS, "DELETE": NO_TOKENS}

    @describe(answers={204: None}, errors=(404, 409))
    def put(self, request: Request, photo_id: UUID) -> Response:
        """Choose an accepted photo as a known one."""
        return self._mark(request, photo_id, is_known=True)

    @describe(answers={204: None})
    def delete(self, request: Request, photo_id: UUID) -> Response:
        """No longer. It may still be used where two people agreed on it."""
        return self._mark(request, photo_id, is_known=False)

    def _mark(self, request: Request, photo_id: UUID, *, is_known: bool) -> Response:
        person = current_user(request)
        photo = photos.get_photo(user=person, photo_id=photo_id)
        probes.mark_known(photo=photo, by=person, now=timezone.now(), is_known=is_known)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PhotoPredictions(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: PredictionList})
    def get(self, request: Request, photo_id: UUID) -> Response:
        """What each model version read, newest first."""
        photo = photos.get_photo(user=current_user(request), photo_id=photo_id)
        return Response(PredictionList({"items": predictions.list_predictions(photo=photo)}).data)


class PhotoAnnotations(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: AnnotationList})
    def get(self, request: Request, photo_id: UUID) -> Response:
        """What people submitted, newest first; a reading that waits for a second one to its author alone."""
        person = current_user(request)
        photo = photos.get_photo(user=person, photo_id=photo_id)
        shown = annotations.list_annotations(photo=photo, user=person)
        return Response(AnnotationList({"items": shown}).data)
