"""Rounds of pseudo-labels: plan, request, watch, cancel, try again, revoke."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Project, Scope, User
from labeling.operations import pseudo_rounds as operations
from labeling.operations.pseudo_audits import revoke_round
from labeling.queries import datasets, model_versions, projects, pseudo_rounds
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs_rounds import RevokeInput, RoundInput
from webapp.api.outputs import list_of
from webapp.api.outputs_rounds import RevokedOutput, RoundDetailOutput, RoundOutput, RoundPlanOutput
from webapp.api.schema import describe

RoundList = list_of(RoundOutput)


class ProjectRounds(ApiView):
    scopes = {"GET": {Scope.READ}, "POST": {Scope.TRAIN}}

    @describe(answers={200: RoundList}, operation_id="rounds_list")
    def get(self, request: Request, slug: str) -> Response:
        """The rounds of a project, newest first."""
        project = projects.get_project(user=current_user(request), slug=slug)
        return Response(RoundList({"items": pseudo_rounds.list_rounds(project=project)}).data)

    @describe(takes=RoundInput, answers={201: RoundOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Ask for a round over the photos that nobody has labeled."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        parts = _find_parts(read_input(RoundInput, request), project, person)
        made = operations.request_round(**parts, now=timezone.now())
        return Response(RoundOutput(made).data, status=status.HTTP_201_CREATED)


class ProjectRoundPlan(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=RoundInput, answers={200: RoundPlanOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Say how many photos a round would read and from which confidence on, and start none."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        parts = _find_parts(read_input(RoundInput, request), project, person)
        return Response(RoundPlanOutput(operations.plan_round(**parts)).data)


def _find_parts(wanted: dict[str, Any], project: Project, person: User) -> dict[str, Any]:
    """What a round is made of, as the domain takes it. Raises NotFound."""
    teacher, validation = wanted.pop("teacher"), wanted.pop("validation")
    return {
        **wanted,
        "project": project,
        "by": person,
        "teacher": teacher
        and model_versions.get_model_version(user=person, version_id=teacher, project=project),
        "validation": validation
        and datasets.get_snapshot(user=person, snapshot_id=validation, project=project),
    }


class RoundDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: RoundDetailOutput})
    def get(self, request: Request, round_id: UUID) -> Response:
        """A round: what it read, how its audit stands, and what used its labels."""
        shown = pseudo_rounds.get_round(user=current_user(request), round_id=round_id)
        return Response(RoundDetailOutput(pseudo_rounds.describe_round(pseudo_round=shown)).data)


class RoundCancellation(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(answers={200: RoundOutput}, errors=(404, 409))
    def post(self, request: Request, round_id: UUID) -> Response:
        """Stop a round: at once while it waits, after the photo in hand while it reads."""
        person = current_user(request)
        shown = pseudo_rounds.get_round(user=person, round_id=round_id)
        done = operations.cancel_round(pseudo_round=shown, by=person, now=timezone.now())
        return Response(RoundOutput(done).data)


class RoundRetry(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(answers={200: RoundOutput}, errors=(404, 409))
    def post(self, request: Request, round_id: UUID) -> Response:
        """Put a failed or canceled round back into the queue; it goes on where it stopped."""
        person = current_user(request)
        shown = pseudo_rounds.get_round(user=person, round_id=round_id)
        done = operations.retry_round(pseudo_round=shown, by=person, now=timezone.now())
        return Response(RoundOutput(done).data)


class RoundRevocation(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=RevokeInput, answers={200: RevokedOutput}, errors=(404, 409))
    def post(self, request: Request, round_id: UUID) -> Response:
        """Take back every label of a round that nobody has touched since."""
        person = current_user(request)
        shown = pseudo_rounds.get_round(user=person, round_id=round_id)
        wanted = read_input(RevokeInput, request)
        reopened = revoke_round(pseudo_round=shown, by=person, now=timezone.now(), **wanted)
        shown.refresh_from_db()
        return Response(RevokedOutput({"reopened": reopened, "round": shown}).data)
