"""Tasks: the human work on each photo."""

from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.operations import tasks as operations
from labeling.operations.restoring import restore_revision
from labeling.queries import projects, tasks
from labeling.queries.annotations import JUDGED
from webapp.api.base import ApiView, current_user, read_input, read_query
from webapp.api.bundles import BundleOutput, build_bundle
from webapp.api.inputs import RestoreInput, TaskFiltersInput
from webapp.api.outputs import AnnotationOutput, TaskOutput, list_of
from webapp.api.permissions import check_scope
from webapp.api.schema import describe

TaskList = list_of(TaskOutput)


class ProjectTasks(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(query=TaskFiltersInput, answers={200: TaskList})
    def get(self, request: Request, slug: str) -> Response:
        """The tasks of a project in the order in which they are handed out."""
        project = projects.get_project(user=current_user(request), slug=slug)
        wanted = read_query(TaskFiltersInput, request)
        return Response(TaskList({"items": tasks.list_tasks(project=project, **wanted)}).data)


class TaskDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: BundleOutput})
    def get(self, request: Request, task_id: UUID) -> Response:
        """A task with all that an editor shows of it; `lease` is null, as looking claims nothing."""
        person = current_user(request)
        task = tasks.get_task(user=person, task_id=task_id)
        return Response(build_bundle(task, person, None))


class TaskReopening(ApiView):
    scopes = {"POST": {Scope.ANNOTATE, Scope.REVIEW}}

    @describe(answers={200: TaskOutput}, errors=(404, 409))
    def post(self, request: Request, task_id: UUID) -> Response:
        """Take one's own submit back until a reviewer opens it; a reviewer puts back what was skipped."""
        person = current_user(request)
        task = tasks.get_task(user=person, task_id=task_id)
        return Response(TaskOutput(operations.reopen_task(task=task, by=person, now=timezone.now())).data)


class TaskRestoring(ApiView):
    scopes = {"POST": {Scope.ANNOTATE}}

    @describe(takes=RestoreInput, answers={201: AnnotationOutput}, errors=(404, 409))
    def post(self, request: Request, task_id: UUID) -> Response:
        """Submit an older revision again. What waits for review needs the scope review as well."""
        person = current_user(request)
        task = tasks.get_task(user=person, task_id=task_id)
        if task.state in JUDGED:
            check_scope(request, Scope.REVIEW)
        wanted = read_input(RestoreInput, request)
        restored = restore_revision(task=task, by=person, now=timezone.now(), **wanted)
        return Response(AnnotationOutput(restored).data, status=status.HTTP_201_CREATED)
