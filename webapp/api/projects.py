"""Projects that a person belongs to, and what happened in them."""

from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.queries import projects
from webapp.api.base import ApiView, current_user
from webapp.api.outputs import ProjectListOutput
from webapp.api.schema import describe


class Projects(ApiView):
    """Mine, by name."""

    scopes = {"GET": Scope.READ}

    @describe(answers={200: ProjectListOutput}, errors=())
    def get(self, request: Request) -> Response:
        mine = projects.list_projects(user=current_user(request))
        return Response(ProjectListOutput({"items": mine}).data)
