"""Projects that a person belongs to, and what happened in them."""

from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.queries import audit, projects
from webapp.api.base import ApiView, current_user, read_query
from webapp.api.inputs import EventFiltersInput
from webapp.api.outputs import AuditEventOutput, ProjectOutput, list_of, page_of
from webapp.api.schema import describe

ProjectList = list_of(ProjectOutput)
AuditEventPage = page_of(AuditEventOutput)


class Projects(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: ProjectList}, errors=(), operation_id="projects_list")
    def get(self, request: Request) -> Response:
        """The projects that one is a member of."""
        mine = projects.list_memberships(user=current_user(request))
        return Response(ProjectList({"items": mine}).data)


class ProjectEvents(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(query=EventFiltersInput, answers={200: AuditEventPage}, operation_id="events_list")
    def get(self, request: Request, slug: str) -> Response:
        """Who did what in a project, newest first."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_query(EventFiltersInput, request)
        page = audit.list_audit_events(project=project, user=person, **wanted)
        return Response(AuditEventPage(page).data)
