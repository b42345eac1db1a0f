"""Fine-tuning runs: plan, request, watch, move in the queue, cancel, try again, start by themselves."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Project, Scope, User
from labeling.operations import runs as operations
from labeling.operations.run_schedules import set_run_schedule
from labeling.queries import datasets, model_versions, projects, runs
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import RunChangeInput, RunInput, RunPlanInput, RunScheduleInput
from webapp.api.outputs import list_of
from webapp.api.outputs_learning import RunDetailOutput, RunOutput, RunPlanOutput, RunScheduleOutput
from webapp.api.schema import describe

RunList = list_of(RunOutput)
_NO_SCHEDULE: dict[str, Any] = {
    "corrections": None,
    "days": None,
    "config": {},
    "set_by": None,
    "set_at": None,
    "tried_at": None,
    "message": "",
}


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
        source = wanted["cloned_from"]
        run = operations.request_run(
            **_find_parts(wanted, project, person),
            cloned_from=source and runs.get_run(user=person, run_id=source, project=project),
            priority=wanted["priority"],
            now=timezone.now(),
        )
        return Response(RunOutput(run).data, status=status.HTTP_201_CREATED)


class ProjectRunPlan(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=RunPlanInput, answers={200: RunPlanOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Say what a run would train on, and start none."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        parts = _find_parts(read_input(RunPlanInput, request), project, person)
        return Response(RunPlanOutput(operations.plan_run(**parts)).data)


class ProjectRunSchedule(ApiView):
    scopes = {"GET": {Scope.READ}, "PUT": {Scope.TRAIN}}

    @describe(answers={200: RunScheduleOutput}, operation_id="run_schedule_retrieve")
    def get(self, request: Request, slug: str) -> Response:
        """When runs start by themselves."""
        project = projects.get_project(user=current_user(request), slug=slug)
        return Response(RunScheduleOutput(runs.find_schedule(project=project) or _NO_SCHEDULE).data)

    @describe(takes=RunScheduleInput, answers={200: RunScheduleOutput})
    def put(self, request: Request, slug: str) -> Response:
        """Let runs start by themselves, in your name."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_input(RunScheduleInput, request)
        schedule = set_run_schedule(project=project, by=person, now=timezone.now(), **wanted)
        return Response(RunScheduleOutput(schedule).data)


def _find_parts(wanted: dict[str, Any], project: Project, person: User) -> dict[str, Any]:
    """What a run is made of, as the domain takes it. Raises NotFound."""
    base = wanted["base_version"]
    return {
        "project": project,
        "snapshot": datasets.get_snapshot(user=person, snapshot_id=wanted["snapshot"], project=project),
        "base_version": base
        and model_versions.get_model_version(user=person, version_id=base, project=project),
        "config": wanted["config"],
        "by": person,
    }


class RunDetail(ApiView):
    scopes = {"GET": {Scope.READ}, "PATCH": {Scope.TRAIN}}

    @describe(answers={200: RunDetailOutput})
    def get(self, request: Request, run_id: UUID) -> Response:
        """A run, its curves and its log."""
        run = runs.get_run(user=current_user(request), run_id=run_id)
        return Response(RunDetailOutput(run).data)

    @describe(takes=RunChangeInput, answers={200: RunOutput}, errors=(404, 409))
    def patch(self, request: Request, run_id: UUID) -> Response:
        """Move a queued run forward or back."""
        person = current_user(request)
        run = runs.get_run(user=person, run_id=run_id)
        wanted = read_input(RunChangeInput, request)
        changed = operations.set_priority(run=run, by=person, now=timezone.now(), **wanted)
        return Response(RunOutput(changed).data)


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
