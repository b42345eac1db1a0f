"""Model versions: registered bundles, how they were measured, and which is in service."""

from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from labeling import gates
from labeling.models import Scope
from labeling.operations import gating
from labeling.operations import model_versions as operations
from labeling.operations.gate_policies import set_gate_policy
from labeling.queries import datasets, model_versions, projects
from labeling.queries.gate_policies import find_gate_policy
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import GatePolicyInput, PromoteInput, RollbackInput
from webapp.api.outputs import list_of
from webapp.api.outputs_learning import (
    GateDecisionOutput,
    GatePolicyOutput,
    ModelVersionDetailOutput,
    ModelVersionOutput,
    PromotionOutput,
)
from webapp.api.schema import describe

ModelVersionList = list_of(ModelVersionOutput)
_DEFAULT_POLICY = {
    "number": 0,
    "rules": gates.DEFAULT_RULES.to_json(),
    "reference_id": None,
    "reason": "",
    "created_by": None,
    "created_at": None,
}


class ProjectModelVersions(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: ModelVersionList}, operation_id="model_versions_list")
    def get(self, request: Request, slug: str) -> Response:
        """The model versions of a project, newest first."""
        project = projects.get_project(user=current_user(request), slug=slug)
        versions = model_versions.list_model_versions(project=project)
        return Response(ModelVersionList({"items": versions}).data)


class ModelVersionDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: ModelVersionDetailOutput})
    def get(self, request: Request, version_id: UUID) -> Response:
        """A model version with its manifest, its scorecards and what the gate said of it."""
        version = model_versions.get_model_version(user=current_user(request), version_id=version_id)
        return Response(ModelVersionDetailOutput(version).data)


class ModelVersionPromotion(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=PromoteInput, answers={200: PromotionOutput}, errors=(404, 409))
    def post(self, request: Request, version_id: UUID) -> Response:
        """Put a version into service; where the gate did not pass, only with a reason."""
        person = current_user(request)
        version = model_versions.get_model_version(user=person, version_id=version_id)
        said = read_input(PromoteInput, request)
        promotion = operations.promote_version(version=version, by=person, now=timezone.now(), **said)
        return Response(PromotionOutput(promotion).data)


class ModelVersionJudgement(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(answers={200: GateDecisionOutput}, errors=(404, 409))
    def post(self, request: Request, version_id: UUID) -> Response:
        """Judge a measured version by the rules of now; nothing is read again."""
        person = current_user(request)
        version = model_versions.get_model_version(user=person, version_id=version_id)
        decision = gating.judge_again(version=version, by=person, now=timezone.now())
        return Response(GateDecisionOutput(decision).data)


class ProjectGate(ApiView):
    scopes = {"GET": {Scope.READ}, "PUT": {Scope.TRAIN}}

    @describe(answers={200: GatePolicyOutput}, operation_id="gate_retrieve")
    def get(self, request: Request, slug: str) -> Response:
        """The rules that a challenger has to keep to."""
        project = projects.get_project(user=current_user(request), slug=slug)
        policy = find_gate_policy(project=project)
        return Response(GatePolicyOutput(policy or _DEFAULT_POLICY).data)

    @describe(takes=GatePolicyInput, answers={200: GatePolicyOutput}, errors=(404,))
    def put(self, request: Request, slug: str) -> Response:
        """Put other rules into force for the comparisons to come."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_input(GatePolicyInput, request)
        key = wanted.pop("reference")
        reference = datasets.get_snapshot(user=person, snapshot_id=key) if key else None
        policy = set_gate_policy(
            project=project, by=person, now=timezone.now(), reference=reference, **wanted
        )
        return Response(GatePolicyOutput(policy).data)


class ProjectRollback(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=RollbackInput, answers={200: PromotionOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Put the previous champion into service again."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        said = read_input(RollbackInput, request)
        promotion = operations.rollback(project=project, by=person, now=timezone.now(), **said)
        return Response(PromotionOutput(promotion).data)
