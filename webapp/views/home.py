"""Where a person lands: their projects, and one project with what waits for them in it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inference.types import Scorecard
from labeling.errors import DomainError
from labeling.models import DriftAlert, Lease, LeaseKind, ModelVersion, Project, Role, Task
from labeling.operations import members
from labeling.policies import CAPABILITIES, Capability, can, get_role
from labeling.queries import comments, drift, pages, projects, tasks
from labeling.queries.champions import get_champion
from labeling.queries.pages import BROKEN, UNREAD
from labeling.queries.pseudo_rounds import find_missed_round
from labeling.queries.spot_checks import list_unseen
from labeling.queries.tasks import WAITING
from labeling.states import TaskState
from webapp.context import count_waiting
from webapp.forms import ProjectForm, show_refusal
from webapp.next_steps import Situation, Step, list_next_steps
from webapp.views.access import current_user, project_page, sent_form

PREVIEWED = 6


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The projects of a person; straight into the project where there is one alone."""
    form = ProjectForm(sent_form(request))
    if request.method == "POST":
        return _create_project(request, form)
    memberships = projects.list_memberships(user=current_user(request))
    if len(memberships) == 1 and "all" not in request.GET:
        return redirect("project", memberships[0].project.slug)
    return _render_projects(request, form)


def _create_project(request: HttpRequest, form: ProjectForm) -> HttpResponse:
    if form.is_valid():
        try:
            made = members.create_project(by=current_user(request), now=timezone.now(), **form.cleaned_data)
            return redirect("project", made.slug)
        except DomainError as error:
            show_refusal(form, error)
    return _render_projects(request, form)


def _render_projects(request: HttpRequest, form: ProjectForm) -> HttpResponse:
    user = current_user(request)
    memberships = projects.list_memberships(user=user)
    is_admin = any(membership.role == Role.ADMIN for membership in memberships)
    context = {
        "memberships": [
            (membership, tasks.work_waiting(project=membership.project, user=user, most=tasks.MANY))
            for membership in memberships
        ],
        "form": form,
        "can_create": is_admin or user.is_superuser,
    }
    return render(request, "projects.html", context, status=400 if form.errors else 200)


@project_page()
def project(request: HttpRequest, project: Project) -> HttpResponse:
    """What waits for this person, one button to start, and how the loop stands."""
    photo_counts = pages.count_photos(project=project)
    task_counts = pages.count_tasks(project=project)
    champion = get_champion(project)
    held = tasks.find_own_lease(project=project, holder=current_user(request), now=timezone.now())
    situation = _look_around(request, project, photo_counts, champion, held)
    steps = list_next_steps(can=_rights(request, project), now=situation)
    evaluation = pages.find_evaluation(version=champion) if champion else None
    context = {
        "next": _link(steps[0], project),
        "also": _link(steps[1], project) if len(steps) > 1 else None,
        "held": held.task if held else None,
        "first": _preview(request, project, steps[0]) if held is None else [held.task],
        "loop": _draw_loop(project, photo_counts, task_counts, champion),
        "events": pages.list_recent_events(project=project, user=current_user(request)),
        "drift_alerts": _find_alerts(request, project),
        "mentions": comments.list_unread_mentions(project=project, user=current_user(request)),
        "champion": champion,
        "champion_scorecard": Scorecard.from_json(evaluation.scorecard) if evaluation else None,
        "champion_snapshot": evaluation.snapshot.name if evaluation else "",
    }
    return render(request, "project.html", context)


def _rights(request: HttpRequest, project: Project) -> dict[str, bool]:
    role = get_role(current_user(request), project)
    return {right.value: role is not None and right in CAPABILITIES[role] for right in Capability}


def _find_alerts(request: HttpRequest, project: Project) -> list[DriftAlert]:
    """What has left its band and nobody has seen to, for those who can do something about it."""
    if not can(current_user(request), Capability.TRAIN, project):
        return []
    return drift.list_alerts(project=project, only_unseen=True)


def _look_around(
    request: HttpRequest,
    project: Project,
    photo_counts: dict[str, int],
    champion: ModelVersion | None,
    held: Lease | None,
) -> Situation:
    waiting = count_waiting(request, project, current_user(request))
    passed = pages.find_passed_version(project=project)
    run = pages.find_open_run(project=project)
    newest = pages.find_newest_snapshot(project=project)
    missed = find_missed_round(project=project)
    return Situation(
        in_hand=held.task.photo.name if held else "",
        in_hand_for=held.kind if held else "",
        to_annotate=waiting["annotate"],
        to_review=waiting["review"],
        to_adjudicate=waiting["adjudicate"],
        to_audit=list_unseen(project=project)[: tasks.MANY].count(),
        missed_round=missed.name if missed else "",
        missed_round_key=str(missed.pk) if missed else "",
        unread=sum(photo_counts.get(state, 0) for state in UNREAD),
        newly_accepted=pages.count_newly_accepted(project=project, since=newest),
        has_snapshot=newest is not None,
        passed_version=passed.name if passed else "",
        passed_version_key=str(passed.pk) if passed else "",
        open_run=run.name if run else "",
        open_run_key=str(run.pk) if run else "",
        untrained_snapshot=newest.name if newest and not pages.has_taught(snapshot=newest) else "",
        has_champion=champion is not None,
        has_photos=any(photo_counts.values()),
    )


def _preview(request: HttpRequest, project: Project, step: Step) -> list[Task]:
    """The photos that the next step begins with."""
    if step.place not in tuple(LeaseKind):
        return []
    waiting = tasks.list_waiting(project=project, user=current_user(request), kind=LeaseKind(step.place))
    return list(waiting.select_related("photo")[:PREVIEWED])


def _link(step: Step, project: Project) -> dict[str, Any]:
    return {
        "title": step.title,
        "text": step.text,
        "action": step.action,
        "icon": step.icon,
        "url": reverse(step.place, args=[project.slug, step.key] if step.key else [project.slug]),
    }


def _draw_loop(
    project: Project, photos: dict[str, int], tasks: dict[str, int], champion: ModelVersion | None
) -> list[dict[str, Any]]:
    """The stages from upload to the model in service, each leading to what is in it."""
    list_url, models_url = reverse("photos", args=[project.slug]), reverse("models", args=[project.slug])
    broken = sum(photos.get(state, 0) for state in BROKEN)
    to_annotate = sum(tasks.get(state, 0) for state in WAITING[LeaseKind.ANNOTATE])
    in_hand = tasks.get(TaskState.IN_PROGRESS, 0) + tasks.get(TaskState.IN_SECOND_READING, 0)
    differing = tasks.get(TaskState.CONFLICT, 0)
    return [
        _stage(
            "photos",
            "Photos",
            sum(photos.values()),
            f"{broken} could not be read" if broken else "uploaded",
            list_url,
        ),
        _stage(
            "clock",
            "Being read",
            sum(photos.get(s, 0) for s in UNREAD),
            "by the worker",
            f"{list_url}?state=unread",
        ),
        _stage(
            "annotate",
            "To annotate",
            to_annotate,
            f"{in_hand} in hand",
            f"{list_url}?state=new",
        ),
        _stage(
            "review",
            "To review",
            tasks.get(TaskState.SUBMITTED, 0),
            f"{differing} more read differently"
            if differing
            else f"{tasks.get(TaskState.IN_REVIEW, 0)} in hand",
            f"{list_url}?state=submitted",
        ),
        _stage(
            "check",
            "Accepted",
            tasks.get(TaskState.ACCEPTED, 0),
            "ready to learn from",
            f"{list_url}?state=accepted",
        ),
        {
            "icon": "models",
            "name": "In service",
            "count": None,
            "value": champion.name if champion else "none",
            "note": "reads new photos",
            "url": models_url,
        },
    ]


def _stage(icon: str, name: str, count: int, note: str, url: str) -> dict[str, Any]:
    return {"icon": icon, "name": name, "count": count, "note": note, "url": url}
