"""The queue as its managers see it, and actions on many tasks at once."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling import policies
from labeling.models import Project, Scope, User
from labeling.operations import bulk as operations
from labeling.policies import Capability
from labeling.queries import bulk, members, projects, queue_glance
from labeling.queries.task_filters import TaskFilter
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import BulkActionInput, BulkCountInput
from webapp.api.outputs import BulkActionOutput, BulkCountOutput, GlanceOutput, list_of
from webapp.api.schema import describe
from webapp.api.tasks import read_filter

BulkActionList = list_of(BulkActionOutput)


class ProjectQueue(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: GlanceOutput})
    def get(self, request: Request, slug: str) -> Response:
        """How much waits, since when, who has what in hand, and why photos were skipped."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        policies.check_can(person, Capability.MANAGE_QUEUE, project)
        glance = queue_glance.get_glance(project=project)
        held = queue_glance.list_open_leases(project=project)
        shown = {
            "counts": glance.counts,
            "oldest": glance.oldest,
            "skip_reasons": [{"0": reason, "1": number} for reason, number in glance.skip_reasons],
            "leases": held,
        }
        return Response(GlanceOutput(shown).data)


class ProjectBulkActions(ApiView):
    scopes = {"GET": {Scope.READ}, "POST": {Scope.MANAGE}}

    @describe(answers={200: BulkActionList}, operation_id="bulk_actions_list")
    def get(self, request: Request, slug: str) -> Response:
        """The newest 50 bulk actions of a project."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        policies.check_can(person, Capability.REVIEW, project)
        return Response(BulkActionList({"items": bulk.list_bulk_actions(project=project)}).data)

    @describe(takes=BulkActionInput, answers={201: BulkActionOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Change many tasks: up to 500 at once, more by a job whose progress the answer's id leads to."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        asked = read_input(BulkActionInput, request)
        action = operations.request_bulk_action(
            **_read_selection(asked, project, person), confirmed=asked["confirmed"]
        )
        return Response(BulkActionOutput(action).data, status=status.HTTP_201_CREATED)


class ProjectBulkCount(ApiView):
    scopes = {"POST": {Scope.MANAGE}}

    @describe(takes=BulkCountInput, answers={200: BulkCountOutput})
    def post(self, request: Request, slug: str) -> Response:
        """How many tasks a bulk action would change; changes none."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        asked = read_input(BulkCountInput, request)
        return Response(
            BulkCountOutput(operations.count_bulk(**_read_selection(asked, project, person))).data
        )


class BulkActionDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: BulkActionOutput})
    def get(self, request: Request, action_id: UUID) -> Response:
        """A bulk action and how far it is."""
        person = current_user(request)
        action = bulk.get_bulk_action(user=person, action_id=action_id)
        policies.check_can(person, Capability.REVIEW, action.project)
        return Response(BulkActionOutput(action).data)


class BulkActionUndo(ApiView):
    scopes = {"POST": {Scope.MANAGE}}

    @describe(answers={200: BulkActionOutput}, errors=(404, 409))
    def post(self, request: Request, action_id: UUID) -> Response:
        """Give back what nobody has changed since; `undone` says to how many."""
        person = current_user(request)
        action = bulk.get_bulk_action(user=person, action_id=action_id)
        undone = operations.undo_bulk_action(action=action, by=person, now=timezone.now())
        return Response(BulkActionOutput(undone).data)


class BulkActionStop(ApiView):
    scopes = {"POST": {Scope.MANAGE}}

    @describe(answers={200: BulkActionOutput}, errors=(404, 409))
    def post(self, request: Request, action_id: UUID) -> Response:
        """End an action that is under way. What it has changed stays, and can be undone."""
        person = current_user(request)
        action = bulk.get_bulk_action(user=person, action_id=action_id)
        stopped = operations.stop_bulk_action(action=action, by=person, now=timezone.now())
        return Response(BulkActionOutput(stopped).data)


def _read_selection(asked: dict[str, Any], project: Project, person: User) -> dict[str, Any]:
    """What both the count and the action are called with."""
    wanted = read_filter(asked["filter"]) if asked["filter"] is not None else None
    ids = tuple(str(key) for key in asked["tasks"])
    return {
        "project": project,
        "kind": asked["kind"],
        "wanted": wanted or TaskFilter(ids=ids),
        "by": person,
        "assignee": members.find_person(username=asked["assignee"]) if asked["assignee"] else None,
        "now": timezone.now(),
    }
