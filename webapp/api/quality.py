"""How work is checked. No token sets it: that takes an admin who is logged in."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.operations import quality as operations
from labeling.policies import Capability, check_can
from labeling.queries import projects, quality
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import QualityPolicyInput
from webapp.api.outputs import QualityPolicyOutput, list_of
from webapp.api.permissions import NO_TOKENS
from webapp.api.schema import describe

QualityPolicyList = list_of(QualityPolicyOutput)


class ProjectQualityPolicy(ApiView):
    scopes = {"GET": {Scope.READ}, "PUT": NO_TOKENS}

    @describe(answers={200: QualityPolicyOutput})
    def get(self, request: Request, slug: str) -> Response:
        """The policy in force; number 0 where nobody has set one. For admins."""
        project = projects.get_project(user=current_user(request), slug=slug)
        check_can(current_user(request), Capability.MANAGE_POLICY, project)
        return Response(QualityPolicyOutput(quality.get_policy(project=project)).data)

    @describe(takes=QualityPolicyInput, answers={200: QualityPolicyOutput}, errors=(404, 409))
    def put(self, request: Request, slug: str) -> Response:
        """Set how work is checked from now on. What was submitted before stays where it is."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        check_can(person, Capability.MANAGE_POLICY, project)
        rules = read_input(QualityPolicyInput, request)
        reason, replaces = rules.pop("reason"), rules.pop("replaces")
        policy = operations.set_policy(
            project=project, by=person, now=timezone.now(), rules=rules, reason=reason, replaces=replaces
        )
        return Response(QualityPolicyOutput(policy).data)


class ProjectQualityPolicies(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: QualityPolicyList}, operation_id="quality_policies_list")
    def get(self, request: Request, slug: str) -> Response:
        """Every policy that was ever set, newest first. For admins."""
        project = projects.get_project(user=current_user(request), slug=slug)
        check_can(current_user(request), Capability.MANAGE_POLICY, project)
        return Response(QualityPolicyList({"items": quality.list_policies(project=project)}).data)
