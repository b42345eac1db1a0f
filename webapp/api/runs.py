"""Fine-tuning runs: request, watch, cancel, try again."""

from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.operations import runs as operations
from labeling.queries import datasets, model_versions, projects, runs
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import RunInput
from webapp.api.outputs import list_of
from webapp.api.outputs_learning import RunDetailOutput, RunOutput
from webapp.api.schema import describe

RunList = list_of(RunOutput)


class ProjectRuns(ApiView):
    scopes = {"GET": {Scope.READ}, "POST": {Scope.TRAIN}}

    @describe(answers={200: RunList}, operation_id="runs_list")
    def get(self, request: Request, slug: str) -> Response:
        """The runs of a project, newest first."""
        project = projects.get_project(user=current_user(request), slug=slug)
        return Response(RunList({"items": runs.list_runs(project=project)}).data)

    @describe(takes=RunInput, answers={201: RunOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Ask for a run on a snapshot, from the champion's weights unless another version is named."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_input(RunInput, request)
        base = wanted["base_version"]
        run = operations.request_run(
            project=project,
            snapshot=datasets.get_snapshot(user=person, snapshot_id=wanted["snapshot"], project=project),
            base_version=base
            and model_versions.get_model_version(user=person, version_id=base, project=project),
            config=wanted["config"],
            by=person,
            now=timezone.now(),
        )
        return Response(RunOutput(run).data, status=status.HTTP_201_CREATED)


class RunDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: RunDetailOutput})
    def get(self, request: Request, run_id: UUID) -> Response:
        """A run and its curves."""
        run = runs.get_run(user=current_user(request), run_id=run_id)
        return Response(RunDetailOutput(run).data)


class RunCancellation(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(answers={200: RunOutput}, errors=(404, 409))
    def post(self, request: Request, run_id: UUID) -> Response:
        """Stop a run: at once while it waits, at its next report while it trains."""
        person = current_user(request)
        run = runs.get_run(user=person, run_id=run_id)
        return Response(RunOutput(operations.cancel_run(run=run, by=person, now=timezone.now())).data)


class RunRetry(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(answers={200: RunOutput}, errors=(404, 409))
    def post(self, request: Request, run_id: UUID) -> Response:
        """Put a failed or canceled run back into the queue; it goes on from its checkpoint."""
        person = current_user(request)
        run = runs.get_run(user=person, run_id=run_id)
        return Response(RunOutput(operations.retry_run(run=run, by=person, now=timezone.now())).data)
