"""Which photos people are asked about first."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.operations.acquisition_policies import set_acquisition_policy
from labeling.queries import acquisition, projects
from labeling.queries.champions import get_champion
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import AcquisitionPolicyInput
from webapp.api.outputs import list_of
from webapp.api.outputs_learning import AcquisitionOrderOutput, AcquisitionPolicyOutput
from webapp.api.schema import describe

AcquisitionPolicyList = list_of(AcquisitionPolicyOutput)


class ProjectAcquisitionPolicy(ApiView):
    scopes = {"GET": {Scope.READ}, "PUT": {Scope.TRAIN}}

    @describe(answers={200: AcquisitionPolicyOutput})
    def get(self, request: Request, slug: str) -> Response:
        """The policy in force; number 0 where nobody has set one."""
        project = projects.get_project(user=current_user(request), slug=slug)
        return Response(AcquisitionPolicyOutput(acquisition.get_policy(project=project)).data)

    @describe(takes=AcquisitionPolicyInput, answers={200: AcquisitionPolicyOutput}, errors=(404, 409))
    def put(self, request: Request, slug: str) -> Response:
        """Set which photos come first. What waits is put in order by a job; what was begun stays."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        rules = read_input(AcquisitionPolicyInput, request)
        reason, replaces = rules.pop("reason"), rules.pop("replaces")
        policy = set_acquisition_policy(
            project=project, by=person, now=timezone.now(), rules=rules, reason=reason, replaces=replaces
        )
        return Response(AcquisitionPolicyOutput(policy).data)


class ProjectAcquisitionPolicies(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: AcquisitionPolicyList}, operation_id="acquisition_policies_list")
    def get(self, request: Request, slug: str) -> Response:
        """Every policy that was ever set, newest first."""
        project = projects.get_project(user=current_user(request), slug=slug)
        return Response(AcquisitionPolicyList({"items": acquisition.list_policies(project=project)}).data)


class ProjectAcquisitionOrder(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: AcquisitionOrderOutput})
    def get(self, request: Request, slug: str) -> Response:
        """When what waits was last put in order, and what the photos drawn at random tell of the champion."""
        project = projects.get_project(user=current_user(request), slug=slug)
        champion = get_champion(project)
        answer = {
            "order": acquisition.get_order(project=project),
            "waiting": acquisition.count_waiting_by(project=project),
            "champion": champion,
            "fair": acquisition.measure_fairly(version=champion) if champion else None,
        }
        return Response(AcquisitionOrderOutput(answer).data)
