"""Sheets of readings that were accepted without a second person's eyes."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.operations.spot_checks import check_sheet
from labeling.queries import projects, pseudo_rounds, spot_checks
from webapp.api.base import ApiView, current_user, read_input, read_query
from webapp.api.inputs import SheetInput
from webapp.api.inputs_rounds import SheetQuery
from webapp.api.outputs_desk import SheetOutput, SheetResultOutput
from webapp.api.schema import describe


class ProjectSheet(ApiView):
    scopes = {"GET": {Scope.REVIEW}, "POST": {Scope.REVIEW}}

    @describe(query=SheetQuery, answers={200: SheetOutput})
    def get(self, request: Request, slug: str) -> Response:
        """Up to 24 readings that no second person has seen, a random sample, and how many were right."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_query(SheetQuery, request)["round"]
        one = wanted and pseudo_rounds.get_round(user=person, round_id=wanted, project=project)
        sheet = {
            "readings": spot_checks.list_sheet(project=project, viewer=person, pseudo_round=one),
            "unseen": spot_checks.count_unseen(project=project, viewer=person, pseudo_round=one),
            "precision": spot_checks.list_precision(project=project),
        }
        return Response(SheetOutput(sheet).data)

    @describe(takes=SheetInput, answers={200: SheetResultOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Say which are wrong: those wait for annotation again. All others that were shown are right."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        marked = read_input(SheetInput, request)
        result = check_sheet(project=project, by=person, now=timezone.now(), **marked)
        return Response(SheetResultOutput(result).data)
