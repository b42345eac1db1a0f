"""Watching models at work: shadows beside the champion, open tasks that are read again, and drift."""

from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.drift import EDGES
from labeling.models import Scope
from labeling.operations import drift as drift_operations
from labeling.operations import rereadings as rereading_operations
from labeling.operations import shadows as shadow_operations
from labeling.policies import Capability, check_can
from labeling.queries import drift, model_versions, projects, rereadings, shadows
from webapp.api.base import ApiView, current_user, read_input, read_query
from webapp.api.inputs import AcknowledgeInput, DifferencesInput, ShadowInput
from webapp.api.outputs import list_of, page_of
from webapp.api.outputs_watching import (
    DriftAlertOutput,
    DriftOutput,
    RereadingOutput,
    ShadowDetailOutput,
    ShadowDifferenceOutput,
    ShadowOutput,
)
from webapp.api.schema import describe

ShadowList = list_of(ShadowOutput)
RereadingList = list_of(RereadingOutput)
DifferencePage = page_of(ShadowDifferenceOutput)


class ProjectShadows(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: ShadowList}, operation_id="shadows_list")
    def get(self, request: Request, slug: str) -> Response:
        """The newest 50 shadows of a project, for those who train."""
        project = projects.get_project(user=current_user(request), slug=slug)
        check_can(current_user(request), Capability.TRAIN, project)
        return Response(ShadowList({"items": shadows.list_shadows(project=project)}).data)


class ModelVersionShadows(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=ShadowInput, answers={201: ShadowOutput}, errors=(404, 409))
    def post(self, request: Request, version_id: UUID) -> Response:
        """Let a version read live photos beside the champion, without anybody working with its readings."""
        person = current_user(request)
        version = model_versions.get_model_version(user=person, version_id=version_id)
        wanted = read_input(ShadowInput, request)
        shadow = shadow_operations.start_shadow(version=version, by=person, now=timezone.now(), **wanted)
        return Response(ShadowOutput(shadow).data, status=status.HTTP_201_CREATED)


class ShadowDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: ShadowDetailOutput})
    def get(self, request: Request, shadow_id: UUID) -> Response:
        """A shadow, and how it compares with the champion on the same photos."""
        shadow = shadows.get_shadow(user=current_user(request), shadow_id=shadow_id)
        report = shadows.get_shadow_report(shadow=shadow)
        return Response(ShadowDetailOutput({"shadow": shadow, "report": report}).data)


class ShadowStop(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(answers={200: ShadowOutput}, errors=(404, 409))
    def post(self, request: Request, shadow_id: UUID) -> Response:
        """End a shadow. What it has read stays."""
        person = current_user(request)
        shadow = shadows.get_shadow(user=person, shadow_id=shadow_id)
        stopped = shadow_operations.stop_shadow(shadow=shadow, by=person, now=timezone.now())
        return Response(ShadowOutput(stopped).data)


class ShadowDifferences(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(query=DifferencesInput, answers={200: DifferencePage})
    def get(self, request: Request, shadow_id: UUID) -> Response:
        """The photos that the two read differently, newest first."""
        shadow = shadows.get_shadow(user=current_user(request), shadow_id=shadow_id)
        wanted = read_query(DifferencesInput, request)
        return Response(DifferencePage(shadows.list_differences(shadow=shadow, **wanted)).data)


class ProjectRereadings(ApiView):
    scopes = {"GET": {Scope.READ}, "POST": {Scope.TRAIN}}

    @describe(answers={200: RereadingList}, operation_id="rereadings_list")
    def get(self, request: Request, slug: str) -> Response:
        """The newest 50 rereadings of open tasks."""
        project = projects.get_project(user=current_user(request), slug=slug)
        return Response(RereadingList({"items": rereadings.list_rereadings(project=project)}).data)

    @describe(answers={201: RereadingOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Let the version in service read the tasks again that nobody has touched."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        rereading = rereading_operations.request_rereading(project=project, by=person, now=timezone.now())
        return Response(RereadingOutput(rereading).data, status=status.HTTP_201_CREATED)


class RereadingDetail(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: RereadingOutput})
    def get(self, request: Request, rereading_id: UUID) -> Response:
        """A rereading and how far it is."""
        rereading = rereadings.get_rereading(user=current_user(request), rereading_id=rereading_id)
        return Response(RereadingOutput(rereading).data)


class RereadingStop(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(answers={200: RereadingOutput}, errors=(404, 409))
    def post(self, request: Request, rereading_id: UUID) -> Response:
        """End it. What was read stays."""
        person = current_user(request)
        rereading = rereadings.get_rereading(user=person, rereading_id=rereading_id)
        stopped = rereading_operations.stop_rereading(rereading=rereading, by=person, now=timezone.now())
        return Response(RereadingOutput(stopped).data)


class ProjectDrift(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: DriftOutput})
    def get(self, request: Request, slug: str) -> Response:
        """Confidence, refusals and corrections of incoming photos over time, and what has left its band."""
        project = projects.get_project(user=current_user(request), slug=slug)
        check_can(current_user(request), Capability.SEE_QUALITY, project)
        found = drift.get_drift(project=project, now=timezone.now())
        names = ("version", "since", "reference_end", "is_learning", "stretches", "findings", "counted_at")
        shown = {name: getattr(found, name) for name in names}
        alerts = drift.list_alerts(project=project)
        return Response(DriftOutput({**shown, "edges": EDGES, "alerts": alerts}).data)


class DriftAlertAcknowledgement(ApiView):
    scopes = {"POST": {Scope.TRAIN}}

    @describe(takes=AcknowledgeInput, answers={200: DriftAlertOutput}, errors=(404, 409))
    def post(self, request: Request, alert_id: int) -> Response:
        """Say what an alert is about, or what is done; it is no longer shown on the home page."""
        person = current_user(request)
        alert = drift.get_alert(user=person, alert_id=alert_id)
        said = read_input(AcknowledgeInput, request)
        seen = drift_operations.acknowledge_alert(alert=alert, by=person, now=timezone.now(), **said)
        return Response(DriftAlertOutput(seen).data)
