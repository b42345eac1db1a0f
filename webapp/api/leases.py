"""Leases: claim a task, keep it, write to it, give it back."""

from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Lease, LeaseKind, Scope
from labeling.operations import adjudications, annotations, leases, reviews
from labeling.queries import projects, tasks
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.bundles import BundleOutput, LeaseOutput, build_bundle
from webapp.api.inputs import (
    AdjudicationInput,
    AnnotationInput,
    LeaseInput,
    ReviewInput,
    SkipInput,
    UnreadableInput,
    WorkInput,
)
from webapp.api.outputs import AnnotationOutput, DraftOutput, ReviewOutput, TaskOutput
from webapp.api.permissions import check_scope
from webapp.api.schema import describe

EITHER = {Scope.ANNOTATE, Scope.REVIEW}
CONFLICTS = (404, 409)


class ProjectLeases(ApiView):
    scopes = {"POST": EITHER}

    @describe(takes=LeaseInput, answers={201: BundleOutput, 204: None}, operation_id="leases_claim_next")
    def post(self, request: Request, slug: str) -> Response:
        """Claim what comes first in a project, or be given one's own open lease; 204 where nothing waits."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        kind = _read_kind(request)
        lease = leases.claim_next_task(project=project, holder=person, kind=kind, now=timezone.now())
        if lease is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return _answer_claim(lease)


class TaskLeases(ApiView):
    scopes = {"POST": EITHER}

    @describe(
        takes=LeaseInput, answers={201: BundleOutput}, errors=CONFLICTS, operation_id="leases_claim_task"
    )
    def post(self, request: Request, task_id: UUID) -> Response:
        """Claim this very task."""
        person = current_user(request)
        task = tasks.get_task(user=person, task_id=task_id)
        kind = _read_kind(request)
        return _answer_claim(leases.claim_task(task=task, holder=person, kind=kind, now=timezone.now()))


class LeaseDetail(ApiView):
    scopes = {"DELETE": EITHER}

    @describe(answers={204: None})
    def delete(self, request: Request, lease_id: UUID) -> Response:
        """Give the task back. One's draft of it is kept."""
        leases.release_lease(lease_id=lease_id, holder=current_user(request), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class LeaseRenewal(ApiView):
    scopes = {"POST": EITHER}

    @describe(answers={200: LeaseOutput}, errors=CONFLICTS)
    def post(self, request: Request, lease_id: UUID) -> Response:
        """The heartbeat: the lease lasts its whole time again."""
        lease = leases.renew_lease(lease_id=lease_id, holder=current_user(request), now=timezone.now())
        return Response(LeaseOutput(lease).data)


class LeaseDraft(ApiView):
    scopes = {"PUT": EITHER}

    @describe(takes=WorkInput, answers={200: DraftOutput}, errors=CONFLICTS)
    def put(self, request: Request, lease_id: UUID) -> Response:
        """Keep what was typed so far."""
        work = read_input(WorkInput, request)
        draft = annotations.save_draft(
            lease_id=lease_id, holder=current_user(request), now=timezone.now(), **work
        )
        return Response(DraftOutput(draft).data)


class LeaseAnnotation(ApiView):
    scopes = {"POST": {Scope.ANNOTATE}}

    @describe(takes=AnnotationInput, answers={201: AnnotationOutput}, errors=CONFLICTS)
    def post(self, request: Request, lease_id: UUID) -> Response:
        """Submit for review. Sent twice, it has the effect of one."""
        work = read_input(AnnotationInput, request)
        annotation = annotations.submit_annotation(
            lease_id=lease_id, holder=current_user(request), now=timezone.now(), **work
        )
        return Response(AnnotationOutput(annotation).data, status=status.HTTP_201_CREATED)


class LeaseUnreadable(ApiView):
    scopes = {"POST": {Scope.ANNOTATE}}

    @describe(takes=UnreadableInput, answers={201: AnnotationOutput}, errors=CONFLICTS)
    def post(self, request: Request, lease_id: UUID) -> Response:
        """Say that nobody can read this photo, and why."""
        said = read_input(UnreadableInput, request)
        annotation = annotations.mark_unreadable(
            lease_id=lease_id, holder=current_user(request), now=timezone.now(), **said
        )
        return Response(AnnotationOutput(annotation).data, status=status.HTTP_201_CREATED)


class LeaseSkip(ApiView):
    scopes = {"POST": {Scope.ANNOTATE}}

    @describe(takes=SkipInput, answers={200: TaskOutput}, errors=CONFLICTS)
    def post(self, request: Request, lease_id: UUID) -> Response:
        """Lay the task aside, and say why."""
        said = read_input(SkipInput, request)
        task = annotations.skip_task(
            lease_id=lease_id, holder=current_user(request), now=timezone.now(), **said
        )
        return Response(TaskOutput(task).data)


class LeaseReview(ApiView):
    scopes = {"POST": {Scope.REVIEW}}

    @describe(takes=ReviewInput, answers={201: ReviewOutput}, errors=CONFLICTS)
    def post(self, request: Request, lease_id: UUID) -> Response:
        """Accept, fix and accept, or reject. Sent twice, it has the effect of one."""
        judged = read_input(ReviewInput, request)
        review = reviews.submit_review(
            lease_id=lease_id, reviewer=current_user(request), now=timezone.now(), **judged
        )
        return Response(ReviewOutput(review).data, status=status.HTTP_201_CREATED)


class LeaseAdjudication(ApiView):
    scopes = {"POST": {Scope.REVIEW}}

    @describe(takes=AdjudicationInput, answers={201: AnnotationOutput}, errors=CONFLICTS)
    def post(self, request: Request, lease_id: UUID) -> Response:
        """Settle what two people read differently. Sent twice, it has the effect of one."""
        decided = read_input(AdjudicationInput, request)
        decision = adjudications.submit_adjudication(
            lease_id=lease_id, adjudicator=current_user(request), now=timezone.now(), **decided
        )
        return Response(AnnotationOutput(decision).data, status=status.HTTP_201_CREATED)


def _read_kind(request: Request) -> LeaseKind:
    kind = LeaseKind(read_input(LeaseInput, request)["kind"])
    check_scope(request, Scope.ANNOTATE if kind == LeaseKind.ANNOTATE else Scope.REVIEW)
    return kind


def _answer_claim(lease: Lease) -> Response:
    return Response(build_bundle(lease.task, lease.holder, lease), status=status.HTTP_201_CREATED)
