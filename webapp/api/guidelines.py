"""A project's guidelines: read by members, written by admins who are logged in."""

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.operations import guidelines as operations
from labeling.queries import guidelines, projects
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import GuidelineInput, GuidelineReadInput
from webapp.api.outputs_desk import GuidelineOutput, GuidelineStateOutput
from webapp.api.permissions import NO_TOKENS
from webapp.api.schema import describe


class ProjectGuidelines(ApiView):
    scopes = {"GET": {Scope.READ}, "POST": NO_TOKENS}

    @describe(answers={200: GuidelineStateOutput})
    def get(self, request: Request, slug: str) -> Response:
        """The newest version, and whether it is news."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        state = guidelines.get_guideline_state(project=project, user=person)
        return Response(GuidelineStateOutput(state).data)

    @describe(takes=GuidelineInput, answers={201: GuidelineOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Write the next version."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        written = read_input(GuidelineInput, request)
        made = operations.write_guideline(project=project, by=person, now=timezone.now(), **written)
        return Response(GuidelineOutput(made).data, status=status.HTTP_201_CREATED)


class GuidelinesRead(ApiView):
    scopes = {"POST": {Scope.ANNOTATE, Scope.REVIEW}}

    @describe(takes=GuidelineReadInput, answers={204: None})
    def post(self, request: Request, slug: str) -> Response:
        """Say that one has read a version."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        number = read_input(GuidelineReadInput, request)["number"]
        operations.read_guideline(project=project, by=person, number=number, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
