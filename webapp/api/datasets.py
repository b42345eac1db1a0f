"""Dataset snapshots: freeze, look into, compare, doubt."""

from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import DatasetSnapshot, Scope
from labeling.operations import datasets as operations
from labeling.operations import doubts
from labeling.queries import dataset_differences as differences
from labeling.queries import dataset_reports as reports
from labeling.queries import datasets, projects
from webapp.api.base import ApiView, current_user, read_input, read_query
from webapp.api.inputs_datasets import DifferenceInput, DoubtInput, SnapshotInput
from webapp.api.outputs import list_of
from webapp.api.outputs_datasets import DifferenceOutput, DoubtOutput, SnapshotDetailOutput, SuspectsOutput
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
        """Freeze the labels of now, of the sources and kinds that are named."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_input(SnapshotInput, request)
        snapshot = operations.freeze_snapshot(project=project, by=person, now=timezone.now(), **wanted)
        return Response(SnapshotOutput(snapshot).data, status=status.HTTP_201_CREATED)


class SnapshotDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: SnapshotDetailOutput})
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """One snapshot and what is in it, which never changes."""
        snapshot = datasets.get_snapshot(user=current_user(request), snapshot_id=snapshot_id)
        return Response(SnapshotDetailOutput(_look_into(snapshot)).data)


class SnapshotSuspects(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: SuspectsOutput})
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """Labels with which the model version in service disagrees although it is sure."""
        snapshot = datasets.get_snapshot(user=current_user(request), snapshot_id=snapshot_id)
        return Response(SuspectsOutput(reports.find_suspects(snapshot)).data)


class SnapshotDoubts(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=DoubtInput, answers={200: DoubtOutput}, errors=(404, 409))
    def post(self, request: Request, snapshot_id: UUID) -> Response:
        """Send labels of the snapshot back to review; the snapshot itself stays as it is."""
        person = current_user(request)
        snapshot = datasets.get_snapshot(user=person, snapshot_id=snapshot_id)
        wanted = read_input(DoubtInput, request)
        tasks = doubts.send_back_to_review(snapshot=snapshot, by=person, now=timezone.now(), **wanted)
        return Response(DoubtOutput({"tasks": [task.pk for task in tasks]}).data)


class SnapshotDifference(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(query=DifferenceInput, answers={200: DifferenceOutput})
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        """What this snapshot has that another one of the project has not, and the reverse.

        `counts` are of everything; the lists have `limit` rows each, after the first `skip`.
        """
        person = current_user(request)
        after = datasets.get_snapshot(user=person, snapshot_id=snapshot_id)
        wanted = read_query(DifferenceInput, request)
        before = datasets.get_snapshot(user=person, snapshot_id=wanted.pop("against"), project=after.project)
        return Response(DifferenceOutput(differences.compare_snapshots(before, after, **wanted)).data)


def _look_into(snapshot: DatasetSnapshot) -> DatasetSnapshot:
    counted = {
        "kinds": reports.count_by(snapshot, "kind"),
        "sources": reports.count_by(snapshot, "source"),
        "places": reports.count_by(snapshot, "place"),
        "vehicles": reports.count_vehicles(snapshot),
        "symbols": reports.count_symbols(snapshot),
    }
    for name, value in counted.items():
        setattr(snapshot, name, value)
    return snapshot
