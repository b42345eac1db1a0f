"""How well a project is annotated, and how its members work."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.policies import Capability, can, check_can, check_can_see_work
from labeling.queries import history, members, projects, reports
from labeling.queries.spans import span_of
from webapp.api.base import ApiView, current_user, read_query
from webapp.api.inputs import HistoryInput, PeriodInput
from webapp.api.outputs import page_of
from webapp.api.outputs_figures import PersonReportOutput, SubmittedOutput, TeamReportOutput
from webapp.api.schema import describe

SubmittedPage = page_of(SubmittedOutput)


class ProjectFigures(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(query=PeriodInput, answers={200: TeamReportOutput})
    def get(self, request: Request, slug: str) -> Response:
        """The figures of all together, and of each person for those who may see them."""
        user, now = current_user(request), timezone.now()
        project = projects.get_project(user=user, slug=slug)
        check_can(user, Capability.SEE_QUALITY, project)
        period = read_query(PeriodInput, request)["days"]
        report = reports.get_team_report(project=project, span=span_of(period, now=now), now=now)
        if not can(user, Capability.SEE_PEOPLE, project):
            report = report.without_people()
        return Response(TeamReportOutput(report).data)


class MemberFigures(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(query=PeriodInput, answers={200: PersonReportOutput})
    def get(self, request: Request, member_id: int) -> Response:
        """The figures of one member: one's own, or anybody's for admins."""
        user, now = current_user(request), timezone.now()
        member = members.get_member(user=user, member_id=member_id)
        check_can_see_work(user, member.user, member.project)
        period = read_query(PeriodInput, request)["days"]
        report = reports.get_person_report(
            project=member.project,
            person=member.user,
            span=span_of(period, now=now),
            now=now,
            is_own=member.user == user,
            shows_probes=can(user, Capability.SEE_PEOPLE, member.project),
        )
        return Response(PersonReportOutput(report).data)


class MemberWork(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(query=HistoryInput, answers={200: SubmittedPage})
    def get(self, request: Request, member_id: int) -> Response:
        """What one member submitted and what review made of it, newest first."""
        user = current_user(request)
        member = members.get_member(user=user, member_id=member_id)
        check_can_see_work(user, member.user, member.project)
        wanted = read_query(HistoryInput, request)
        page = history.list_history(
            project=member.project,
            person=member.user,
            span=span_of(wanted.pop("days"), now=timezone.now()),
            is_own=member.user == user,
            **wanted,
        )
        return Response(SubmittedPage(page).data)
