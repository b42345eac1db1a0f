"""Dataset snapshots: frozen lists of accepted work."""

from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.operations import datasets as operations
from labeling.queries import datasets, projects
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import SnapshotInput
from webapp.api.outputs import list_of
from webapp.api.outputs_learning import SnapshotOutput
from webapp.api.schema import describe

SnapshotList = list_of(SnapshotOutput)


class ProjectSnapshots(ApiView):
    scopes = {"GET": {Scope.READ}, "POST": {Scope.TRAIN}}

    @describe(answers={200: SnapshotList}, operation_id="snapshots_list")
    def get(self, request: Request, slug: str) -> Response:
        """The snapshots of a project, newest first."""
        project = projects.get_project(user=current_user(request), slug=slug)
        return Response(SnapshotList({"items": datasets.list_snapshots(project=project)}).data)

    @describe(takes=SnapshotInput, answers={201: SnapshotOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Freeze the accepted work of now."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_input(SnapshotInput, request)
        snapshot = operations.freeze_snapshot(project=project, by=person, now=timezone.now(), **wanted)
        return Response(SnapshotOutput(snapshot).data, status=status.HTTP_201_CREATED)


class SnapshotDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: SnapshotOutput})
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """One snapshot: what it holds never changes."""
        snapshot = datasets.get_snapshot(user=current_user(request), snapshot_id=snapshot_id)
        return Response(SnapshotOutput(snapshot).data)
