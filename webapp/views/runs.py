"""Fine-tuning runs: the list with its form, and one run as it goes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from inference.snapshot import SPLITS
from labeling.errors import DomainError
from labeling.models import FinetuningRun, Project
from labeling.operations import runs as operations
from labeling.policies import Capability
from labeling.queries import datasets, model_versions, runs
from labeling.queries.champions import get_champion
from labeling.states import RunState
from webapp.charts import chart_run
from webapp.forms import RunForm, show_refusal
from webapp.views.access import current_user, project_action, project_page, sent_form


@project_page(form=Capability.TRAIN)
def run_list(request: HttpRequest, project: Project) -> HttpResponse:
    """Every run; sending the form asks for another."""
    form = _build_form(request, project)
    if request.method == "POST" and form.is_valid():
        try:
            run = _request_run(request, project, form)
            return redirect("run", project.slug, run.pk)
        except DomainError as error:
            show_refusal(form, error)
    listed = list(runs.list_runs(project=project))
    context = {
        "form": form,
        "runs": listed,
        "any_open": any(not run.is_over for run in listed),
        "blocked": _find_obstacle(project),
    }
    return render(request, "runs.html", context, status=400 if form.errors else 200)


@project_page()
def run(request: HttpRequest, project: Project, run_id: UUID) -> HttpResponse:
    """One run: progress, curves, and what it was asked to do."""
    shown = runs.get_run(user=current_user(request), run_id=run_id, project=project)
    metrics = list(shown.metrics.all())
    context = {
        "run": shown,
        "version": getattr(shown, "model_version", None),
        "splits": [(split, shown.snapshot.counts.get(split, 0)) for split in SPLITS],
        "chart": chart_run(metrics, steps=shown.steps),
        "time_left": guess_time_left(shown, now=timezone.now()),
        "run_time": shown.finished_at - shown.started_at if shown.finished_at and shown.started_at else None,
    }
    return render(request, "run.html", context)


@project_action(Capability.TRAIN)
def cancel(request: HttpRequest, project: Project, run_id: UUID) -> HttpResponse:
    shown = runs.get_run(user=current_user(request), run_id=run_id, project=project)
    operations.cancel_run(run=shown, by=current_user(request), now=timezone.now())
    messages.info(request, "The run stops at its next report. You can start it again from its checkpoint.")
    return redirect("run", project.slug, run_id)


@project_action(Capability.TRAIN)
def retry(request: HttpRequest, project: Project, run_id: UUID) -> HttpResponse:
    shown = runs.get_run(user=current_user(request), run_id=run_id, project=project)
    operations.retry_run(run=shown, by=current_user(request), now=timezone.now())
    messages.success(request, "The run is in the queue again and goes on from its last checkpoint.")
    return redirect("run", project.slug, run_id)


def guess_time_left(run: FinetuningRun, *, now: datetime) -> timedelta | None:
    """From the pace so far; None where nothing can be said."""
    if run.state != RunState.RUNNING or not run.started_at or not run.step or not run.steps:
        return None
    pace = (now - run.started_at) / run.step
    return pace * max(0, run.steps - run.step)


def _build_form(request: HttpRequest, project: Project) -> RunForm:
    return RunForm(
        sent_form(request),
        initial={"snapshot": request.GET.get("snapshot")},
        snapshots=datasets.list_snapshots(project=project),
        versions=model_versions.list_model_versions(project=project),
    )


def _request_run(request: HttpRequest, project: Project, form: RunForm) -> FinetuningRun:
    return operations.request_run(
        project=project,
        snapshot=form.cleaned_data["snapshot"],
        base_version=form.cleaned_data["base_version"],
        config=form.config(),
        by=current_user(request),
        now=timezone.now(),
    )


def _find_obstacle(project: Project) -> dict[str, Any] | None:
    """Why no run can be asked for yet, and where to remove the reason."""
    if not datasets.list_snapshots(project=project):
        return {
            "text": "A run learns from a frozen snapshot, and there is none yet.",
            "url": reverse("datasets", args=[project.slug]),
            "action": "Freeze one",
        }
    if get_champion(project) is None:
        return {
            "text": "A run starts from a model version, and none is in service yet.",
            "url": reverse("models", args=[project.slug]),
            "action": "See model versions",
        }
    return None
