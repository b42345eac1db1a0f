"""Exports and imports of labeled photos: ask, watch, confirm, fetch."""

from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from django.utils import timezone
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope, Transfer
from labeling.operations import transfers as operations
from labeling.operations.packages import size_limit
from labeling.queries import datasets, projects, transfers
from webapp.api.base import FORM_OVERHEAD, ApiView, current_user, read_input
from webapp.api.inputs_datasets import ConfirmInput, ExportInput, ImportInput
from webapp.api.outputs import ErrorOutput, list_of
from webapp.api.outputs_datasets import TransferOutput
from webapp.api.schema import describe
from webapp.views.media import SANDBOX, AnyAccept

TransferList = list_of(TransferOutput)


class ProjectTransfers(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: TransferList}, operation_id="transfers_list")
    def get(self, request: Request, slug: str) -> Response:
        """The newest exports and imports of a project."""
        project = projects.get_project(user=current_user(request), slug=slug)
        return Response(TransferList({"items": transfers.list_transfers(project=project)}).data)


class ProjectExports(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=ExportInput, answers={201: TransferOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Ask for a file with the labels and the photos of a snapshot."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_input(ExportInput, request)
        snapshot = datasets.get_snapshot(user=person, snapshot_id=wanted.pop("snapshot"), project=project)
        transfer = operations.request_export(
            project=project, snapshot=snapshot, by=person, now=timezone.now(), **wanted
        )
        return Response(TransferOutput(transfer).data, status=status.HTTP_201_CREATED)


class ProjectImports(ApiView):
    scopes = {"POST": {Scope.TRAIN}}
    parser_classes = [MultiPartParser]

    def largest_body(self, request: Request) -> int:
        return size_limit() + FORM_OVERHEAD

    @describe(takes={"multipart/form-data": ImportInput}, answers={201: TransferOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Upload a set of labels; every row is checked, and nothing is loaded until it is confirmed."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_input(ImportInput, request)
        file = wanted.pop("file")
        transfer = operations.request_import(
            project=project, file=file, name=file.name or "", by=person, now=timezone.now(), **wanted
        )
        return Response(TransferOutput(transfer).data, status=status.HTTP_201_CREATED)


class TransferDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: TransferOutput})
    def get(self, request: Request, transfer_id: UUID) -> Response:
        """One export or import: how far it is, and what was found."""
        transfer = transfers.get_transfer(user=current_user(request), transfer_id=transfer_id)
        return Response(TransferOutput(transfer).data)


class TransferConfirmation(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=ConfirmInput, answers={200: TransferOutput}, errors=(404, 409))
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Load what was checked: all of it, or nothing."""
        person = current_user(request)
        transfer = transfers.get_transfer(user=person, transfer_id=transfer_id)
        wanted = read_input(ConfirmInput, request)
        done = operations.confirm_import(transfer=transfer, by=person, now=timezone.now(), **wanted)
        return Response(TransferOutput(done).data)


class TransferCancellation(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(answers={200: TransferOutput}, errors=(404, 409))
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Stop it: at once while it waits, at its next report while it runs."""
        person = current_user(request)
        transfer = transfers.get_transfer(user=person, transfer_id=transfer_id)
        done = operations.cancel_transfer(transfer=transfer, by=person, now=timezone.now())
        return Response(TransferOutput(done).data)


class TransferRetry(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(answers={200: TransferOutput}, errors=(404, 409))
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Put what failed back into the queue."""
        person = current_user(request)
        transfer = transfers.get_transfer(user=person, transfer_id=transfer_id)
        done = operations.retry_transfer(transfer=transfer, by=person, now=timezone.now())
        return Response(TransferOutput(done).data)


class TransferFile(ApiView):
    scopes = {"GET": {Scope.TRAIN}}
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="transfer_file",
        responses={(200, "application/zip"): OpenApiTypes.BINARY}
        | dict.fromkeys((401, 403, 404), ErrorOutput),
    )
    def get(self, request: Request, transfer_id: UUID) -> HttpResponseBase:
        """The file that an export made."""
        person = current_user(request)
        transfer = transfers.get_transfer(user=person, transfer_id=transfer_id)
        path = transfers.get_result_file(user=person, transfer=transfer)
        try:
            file = path.open("rb")
        except FileNotFoundError as error:
            raise NotFound("The file is gone. Export it again.") from error
        response = FileResponse(
            file, as_attachment=True, filename=name_result(transfer), content_type="application/zip"
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = SANDBOX
        return response


def name_result(transfer: Transfer) -> str:
    """Named after the snapshot and the format, in characters that every system takes."""
    snapshot = slugify(transfer.snapshot.name) if transfer.snapshot else ""
    return f"{snapshot or 'snapshot'}-{transfer.format.replace('_', '-')}.zip"
