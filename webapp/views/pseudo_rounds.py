"""Rounds of pseudo-labels: the list with its form, and one round from its reading to its effect."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from labeling.errors import DomainError
from labeling.measures import say_percent
from labeling.models import Project, PseudoRound
from labeling.operations import pseudo_rounds as operations
from labeling.operations.pseudo_audits import revoke_round
from labeling.policies import Capability
from labeling.pseudo_labels import Audit, AuditVerdict
from labeling.queries import datasets, model_versions, pseudo_rounds
from labeling.queries.champions import get_champion
from labeling.queries.pseudo_rounds import RoundReport
from labeling.queries.tasks import MANY
from labeling.states import PseudoRoundState
from webapp.figures_charts import write_percent
from webapp.forms import show_refusal
from webapp.forms_rounds import RevokeForm, RoundForm
from webapp.rounds_charts import draw_threshold, list_steps, write_threshold
from webapp.templatetags.words import plural
from webapp.views.access import current_user, project_action, project_page, sent_form


@project_page(form=Capability.TRAIN)
def round_list(request: HttpRequest, project: Project) -> HttpResponse:
    """Every round; sending the form asks for another, or says what it would do."""
    listed = list(pseudo_rounds.list_rounds(project=project))
    form = RoundForm(
        sent_form(request),
        last=listed[0] if listed else None,
        versions=model_versions.list_model_versions(project=project),
        snapshots=datasets.list_snapshots(project=project),
    )
    plan = None
    if request.method == "POST" and form.is_valid():
        parts = {"project": project, "by": current_user(request), **form.wanted()}
        try:
            if "plan" not in request.POST:
                made = operations.request_round(**parts, now=timezone.now())
                return redirect("round", project.slug, made.pk)
            plan = operations.plan_round(**parts)
        except DomainError as error:
            show_refusal(form, error)
    accepted = pseudo_rounds.count_accepted(pseudo_rounds=listed)
    context = {
        "form": form,
        "plan": plan,
        "plan_chart": draw_threshold(plan.choice) if plan else None,
        "plan_threshold": write_threshold(plan.choice.threshold) if plan else "",
        "rounds": [_describe_row(each, accepted[each.pk]) for each in listed],
        "any_open": any(each.is_under_way for each in listed),
        "unlabeled": pseudo_rounds.list_unlabeled(project=project)[:MANY].count(),
        "blocked": _find_obstacle(project),
    }
    return render(request, "rounds.html", context, status=400 if form.errors else 200)


@project_page()
def pseudo_round(request: HttpRequest, project: Project, round_id: UUID) -> HttpResponse:
    """One round: how far it is, what it read, its audit, and what used its labels."""
    shown = _find(request, project, round_id)
    return _render(request, shown)


def _render(
    request: HttpRequest, shown: PseudoRound, *, form: RevokeForm | None = None, status: int = 200
) -> HttpResponse:
    report = pseudo_rounds.describe_round(pseudo_round=shown)
    missed = shown.state == PseudoRoundState.AUDITING and report.audit.verdict == AuditVerdict.MISSED
    context = {
        "round": shown,
        "report": report,
        "counts": report.counts,
        "audit": report.audit,
        "effect": report.effect,
        "steps": list_steps(report.counts, threshold=shown.threshold),
        "chart": draw_threshold(report.choice),
        "interval": _write_interval(report.audit),
        "missed": missed,
        "time_left": guess_time_left(shown, now=timezone.now()),
        "threshold": write_threshold(shown.threshold),
        "target": say_percent(shown.target),
        "form": form or RevokeForm(initial={"reason": _propose_reason(report) if missed else ""}),
    }
    return render(request, "round.html", context, status=status)


@project_action(Capability.TRAIN)
def cancel(request: HttpRequest, project: Project, round_id: UUID) -> HttpResponse:
    shown = _find(request, project, round_id)
    operations.cancel_round(pseudo_round=shown, by=current_user(request), now=timezone.now())
    messages.info(request, "The round stops after the photo in hand. Nothing of it has become a label.")
    return redirect("round", project.slug, round_id)


@project_action(Capability.TRAIN)
def retry(request: HttpRequest, project: Project, round_id: UUID) -> HttpResponse:
    shown = _find(request, project, round_id)
    operations.retry_round(pseudo_round=shown, by=current_user(request), now=timezone.now())
    messages.success(request, "The round is in the queue again and goes on where it stopped.")
    return redirect("round", project.slug, round_id)


@project_action(Capability.TRAIN)
def revoke(request: HttpRequest, project: Project, round_id: UUID) -> HttpResponse:
    """Take back every label that nobody has touched since."""
    shown = _find(request, project, round_id)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return _render(request, shown, form=form, status=400)
    reopened = revoke_round(
        pseudo_round=shown, by=current_user(request), now=timezone.now(), **form.cleaned_data
    )
    waits = f"{plural(reopened, 'photo waits,photos wait')} for people again"
    messages.success(request, f"{shown.name.capitalize()} is revoked: {waits}.")
    return redirect("round", project.slug, round_id)


def guess_time_left(shown: PseudoRound, *, now: datetime) -> timedelta | None:
    """From the pace so far; None where nothing can be said."""
    if shown.state != PseudoRoundState.RUNNING or not shown.started_at or not shown.done:
        return None
    return (now - shown.started_at) / shown.done * max(0, shown.total - shown.done)


def _find(request: HttpRequest, project: Project, round_id: UUID) -> PseudoRound:
    return pseudo_rounds.get_round(user=current_user(request), round_id=round_id, project=project)


def _write_interval(audit: Audit) -> str:
    """'63 to 89 %'."""
    low, high = (write_percent(bound) for bound in audit.interval)
    return f"{low.removesuffix(' %')} to {high}" if audit.checked else "–"


def _propose_reason(report: RoundReport) -> str:
    audit = report.audit
    return f"{audit.wrong:,} of {audit.checked:,} audited readings are wrong."


def _describe_row(each: PseudoRound, accepted: int) -> dict[str, Any]:
    return {
        "round": each,
        "accepted": accepted,
        "target": say_percent(each.target),
        "threshold": write_threshold(each.threshold),
    }


def _find_obstacle(project: Project) -> dict[str, Any] | None:
    """Why no round can be asked for yet, and where to remove the reason."""
    if get_champion(project) is None:
        return {
            "text": "A round needs a model version that reads, and none is in service yet.",
            "url": reverse("models", args=[project.slug]),
            "action": "See model versions",
        }
    if not datasets.list_snapshots(project=project):
        return {
            "text": "How far to trust the model is learned from people's labels, and none are frozen yet.",
            "url": reverse("datasets", args=[project.slug]),
            "action": "Freeze a snapshot",
        }
    return None
