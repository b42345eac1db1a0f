"""How well a project is annotated, how one person works, and what reviewers changed of it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from labeling import policies
from labeling.measures import NO_SHARE, Share
from labeling.models import Project, User
from labeling.policies import Capability, NotFound
from labeling.queries import history, members, reports
from labeling.queries.figures import AnnotatorFigures, Stretch
from labeling.queries.history import Submitted
from labeling.queries.paging import InvalidCursor, Page
from labeling.queries.reports import PersonReport, TeamReport
from labeling.queries.spans import PERIODS, Span, span_of
from webapp.concerns import find_concerns, is_worse, misses_more
from webapp.csv_tables import stream_csv
from webapp.figures_charts import (
    Named,
    ShareChart,
    draw_counts,
    draw_positions,
    draw_rate,
    draw_shares,
    write_stretch,
)
from webapp.figures_tables import HISTORY_HEAD, TABLES, list_history_rows
from webapp.lessons import draw_lesson
from webapp.views.access import current_user, project_page
from webapp.work_filters import DAY, PERIOD_WORDS, read_period, write_work_address

LESSONS = 8
PAIRS = 10
FIRST_CONCERNS = 8
SHOWN = {"": "Changed in review", "all": "Everything"}


@dataclass(frozen=True, slots=True)
class PeopleChart:
    """A chart of people with what it is a share of, and the share of all together."""

    title: str
    of_what: str
    chart: ShareChart
    together: Share


@project_page(Capability.SEE_QUALITY)
def team(request: HttpRequest, project: Project) -> HttpResponse:
    """The figures of all together; person by person for those who may see them."""
    period = read_period(request.GET.dict())
    now = timezone.now()
    report = reports.get_team_report(project=project, span=span_of(period, now=now), now=now)
    if not policies.can(current_user(request), Capability.SEE_PEOPLE, project):
        report = report.without_people()
    concerns = find_concerns(report.annotators, report.reviewers)
    context = {
        **_describe_period(period),
        "report": report,
        **_draw_common(project, report, None, period),
        "concerns": concerns[:FIRST_CONCERNS],
        "more_concerns": concerns[FIRST_CONCERNS:],
        "charts": _draw_people(project, report, period),
        "has_probes": bool(report.together.missed and report.together.missed.of),
    }
    return render(request, "quality.html", context)


@project_page(Capability.SEE_QUALITY)
def team_table(request: HttpRequest, project: Project, table: str) -> HttpResponseBase:
    """One table of the team's page as a CSV file."""
    wanted = TABLES.get(table)
    if wanted is None:
        raise NotFound
    policies.check_can(current_user(request), wanted.capability, project)
    period, now = read_period(request.GET.dict()), timezone.now()
    report = reports.get_team_report(project=project, span=span_of(period, now=now), now=now)
    return stream_csv(f"{project.slug}-{table}-{period}", wanted.head, wanted.rows(report))


@project_page()
def own(request: HttpRequest, project: Project) -> HttpResponse:
    """Whoever asks: what they submitted and what reviewers changed."""
    return _show_person(request, project, current_user(request))


@project_page()
def person(request: HttpRequest, project: Project, member_id: int) -> HttpResponse:
    """The same of a member."""
    return _show_person(request, project, _find_person(request, project, member_id))


@project_page()
def person_work(request: HttpRequest, project: Project, member_id: int) -> HttpResponseBase:
    """All that a member submitted in the period as a CSV file."""
    shown = _find_person(request, project, member_id)
    period = read_period(request.GET.dict())
    rows = history.find_history(
        project=project,
        person=shown,
        span=span_of(period, now=timezone.now()),
        only_wrong=request.GET.get("show") != "all",
        is_own=shown == current_user(request),
    )
    items = map(history.build_submitted, rows.iterator(chunk_size=500))
    name = f"{project.slug}-{shown.username}-work-{period}"
    return stream_csv(name, HISTORY_HEAD, list_history_rows(items))


def _find_person(request: HttpRequest, project: Project, member_id: int) -> User:
    member = members.get_member(user=current_user(request), member_id=member_id, project=project)
    policies.check_can_see_work(current_user(request), member.user, project)
    return member.user


def _show_person(request: HttpRequest, project: Project, shown: User) -> HttpResponse:
    period, now = read_period(request.GET.dict()), timezone.now()
    span = span_of(period, now=now)
    is_own = shown == current_user(request)
    report = reports.get_person_report(
        project=project,
        person=shown,
        span=span,
        now=now,
        is_own=is_own,
        shows_probes=policies.can(current_user(request), Capability.SEE_PEOPLE, project),
    )
    what = "all" if request.GET.get("show") == "all" else ""
    page = _find_history(request, project, shown, span, what)
    context = {
        **_describe_period(period),
        "person": shown,
        "member": members.find_membership(project=project, user=shown),
        "is_own": is_own,
        "report": report,
        **_draw_common(project, report, shown, period),
        "lessons": [
            draw_lesson(item, who="You" if is_own else shown.first_name or shown.username)
            for item in page.items
        ],
        "next_cursor": page.next_cursor,
        "after": request.GET.get("after", ""),
        "shown": what,
        "shown_choices": SHOWN.items(),
    }
    return render(request, "person.html", context)


def _find_history(
    request: HttpRequest, project: Project, shown: User, span: Span, what: str
) -> Page[Submitted]:
    """One page. A cursor that this list did not make leads to the beginning."""
    find = partial(
        history.list_history,
        project=project,
        person=shown,
        span=span,
        only_wrong=what != "all",
        is_own=shown == current_user(request),
        limit=LESSONS,
    )
    try:
        return find(after=request.GET.get("after", "")[:200])
    except InvalidCursor:
        return find()


def _describe_period(period: str) -> dict[str, Any]:
    return {"period": period, "period_choices": [(key, PERIOD_WORDS[key]) for key in PERIODS]}


def _draw_common(
    project: Project, report: TeamReport | PersonReport, shown: User | None, period: str
) -> dict[str, Any]:
    """The charts that the page of the team and that of a person have in common."""
    stretches = report.stretches
    annotated, changed = (_link(project, did, shown, stretches) for did in ("annotated", "changed"))
    places = [
        write_work_address(project, "confused", person=shown, period=period, position=place)
        for place in range(1, 18)
    ]
    return {
        "counts": draw_counts(stretches, urls=annotated, unit="photos"),
        "rate": draw_rate(stretches, urls=changed),
        "positions": draw_positions(report.corrections.positions, urls=places),
        "pairs": report.corrections.pairs[:PAIRS],
        "most_confused": max((pair.count for pair in report.corrections.pairs), default=1),
        "days": list(zip(map(write_stretch, stretches), stretches, annotated, changed, strict=True)),
    }


def _link(project: Project, did: str, shown: User | None, stretches: list[Stretch]) -> list[str]:
    return [
        write_work_address(
            project, did, person=shown, period="", **{"from": each.start, "to": each.end - DAY}
        )
        for each in stretches
    ]


def _draw_people(project: Project, report: TeamReport, period: str) -> list[PeopleChart]:
    """Each annotator's error as review and as known photos found it, the highest first."""
    by_review = [
        Named(
            name=str(each.person),
            share=each.wrong,
            url=_find_address(project, each, period),
            stands_out=is_worse(each, report.together),
        )
        for each in report.annotators
    ]
    by_probes = [
        Named(
            name=str(each.person),
            share=each.missed or NO_SHARE,
            url=_find_address(project, each, period),
            stands_out=misses_more(each, report.together),
        )
        for each in report.annotators
    ]
    drawn = [
        ("Changed or sent back by review", "Of what was reviewed", by_review, report.together.wrong),
        ("Known photos read wrong", "Of those they were given", by_probes, report.together.missed),
    ]
    return [
        PeopleChart(title, of_what, chart, together or NO_SHARE)
        for title, of_what, rows, together in drawn
        if (chart := draw_shares(rows, together=together or NO_SHARE, what=title))
    ]


def _find_address(project: Project, each: AnnotatorFigures, period: str) -> str:
    """Where the chart's row of a person leads: their page, or what was wrong of those who have left."""
    if each.member is not None:
        return f"{reverse('quality-person', args=[project.slug, each.member.pk])}?days={period}"
    return write_work_address(project, "wrong", person=each.person, period=period)
