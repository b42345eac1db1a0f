"""Tasks: the human work on each photo."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling import policies
from labeling.models import Scope
from labeling.operations import leases
from labeling.operations import tasks as operations
from labeling.operations.restoring import restore_revision
from labeling.policies import Capability
from labeling.queries import projects, task_filters, tasks
from labeling.queries.annotations import JUDGED
from labeling.queries.task_filters import TaskFilter
from webapp.api.base import ApiView, current_user, read_input, read_query
from webapp.api.bundles import BundleOutput, build_bundle
from webapp.api.inputs import RestoreInput, TaskFiltersInput
from webapp.api.outputs import AnnotationOutput, QueuedTaskOutput, TaskOutput, page_of
from webapp.api.permissions import check_scope
from webapp.api.schema import describe

TaskPage = page_of(TaskOutput)
QueuedTaskPage = page_of(QueuedTaskOutput)


class ProjectTasks(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(query=TaskFiltersInput, answers={200: QueuedTaskPage})
    def get(self, request: Request, slug: str) -> Response:
        """The tasks of a project in the order in which they are handed out.

        Who is to do one and who has it in hand is told to those who manage the queue: a reviewer is not to
        know whose work they judge.
        """
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        query = read_query(TaskFiltersInput, request)
        manages = policies.can(person, Capability.MANAGE_QUEUE, project)
        if query["assignee"]:
            policies.check_can(person, Capability.MANAGE_QUEUE, project)
        page = task_filters.list_tasks(
            project=project,
            wanted=read_filter(query),
            now=timezone.now(),
            after=query["after"],
            limit=query["limit"],
        )
        return Response((QueuedTaskPage if manages else TaskPage)(page).data)


def read_filter(query: dict[str, Any]) -> TaskFilter:
    """The checked parameters as the domain has them."""
    states = (query["state"],) if query["state"] else ()
    return TaskFilter.from_json({**query, "states": states})


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


class TaskRecall(ApiView):
    scopes = {"POST": {Scope.MANAGE}}

    @describe(answers={204: None}, errors=(404, 409))
    def post(self, request: Request, task_id: UUID) -> Response:
        """Take a task from whoever has it in hand. Their draft of it is kept."""
        person = current_user(request)
        task = tasks.get_task(user=person, task_id=task_id)
        leases.recall_lease(task=task, by=person, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
