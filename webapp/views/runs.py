"""Fine-tuning runs: the list with its form, and one run as it goes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from inference.snapshot import SPLITS
from labeling.errors import DomainError
from labeling.models import FinetuningRun, Project
from labeling.operations import runs as operations
from labeling.operations.run_schedules import set_run_schedule
from labeling.policies import Capability
from labeling.queries import datasets, model_versions, runs
from labeling.queries.champions import get_champion
from labeling.queries.pages import find_decision, find_evaluation
from labeling.run_settings import paces_of
from webapp.charts import chart_run
from webapp.forms import show_refusal
from webapp.run_forms import RunForm, RunScheduleForm
from webapp.run_words import describe_settings
from webapp.views.access import current_user, project_action, project_page, sent_form

ENOUGH = 200
"""Corrections: whoever plans a run on so many need not know how many more there are."""


@project_page(form=Capability.TRAIN)
def run_list(request: HttpRequest, project: Project) -> HttpResponse:
    """Every run; sending the form asks for another, or says what it would do."""
    form = _build_form(request, project, sent_form(request))
    plan = None
    if request.method == "POST" and form.is_valid():
        try:
            if "plan" not in request.POST:
                return redirect("run", project.slug, _request_run(request, project, form).pk)
            plan = operations.plan_run(**_find_parts(request, project, form))
        except DomainError as error:
            show_refusal(form, error)
    status = 400 if form.errors else 200
    return _render_list(request, project, form, plan=plan, status=status)


@project_page()
def run_table(request: HttpRequest, project: Project) -> HttpResponse:
    """The rows alone, which a page with an open run asks for every few seconds."""
    return render(request, "parts/run_table.html", _list_rows(project))


@project_action(Capability.TRAIN)
def schedule(request: HttpRequest, project: Project) -> HttpResponse:
    """Let runs start by themselves, in the name of whoever sends this."""
    form = RunScheduleForm(request.POST, schedule=runs.find_schedule(project=project))
    if form.is_valid():
        set_run_schedule(project=project, by=current_user(request), now=timezone.now(), **form.values())
        messages.success(request, "Kept. Runs that start by themselves say so in the list.")
        return redirect("runs", project.slug)
    return _render_list(request, project, _build_form(request, project), schedule_form=form, status=400)


def _render_list(
    request: HttpRequest,
    project: Project,
    form: RunForm,
    *,
    plan: operations.RunPlan | None = None,
    schedule_form: RunScheduleForm | None = None,
    status: int,
) -> HttpResponse:
    kept = runs.find_schedule(project=project)
    context = {
        "form": form,
        "plan": plan,
        **_list_rows(project),
        "blocked": _find_obstacle(project),
        "schedule": kept,
        "schedule_form": schedule_form or RunScheduleForm(schedule=kept),
        "corrections": runs.count_corrections(project=project, most=ENOUGH),
        "enough": ENOUGH,
    }
    return render(request, "runs.html", context, status=status)


def _list_rows(project: Project) -> dict[str, Any]:
    listed = list(runs.list_runs(project=project))
    return {"runs": listed, "any_open": any(not run.is_over for run in listed)}


@project_page()
def run(request: HttpRequest, project: Project, run_id: UUID) -> HttpResponse:
    """One run: progress, curves, and what it was asked to do."""
    shown = runs.get_run(user=current_user(request), run_id=run_id, project=project)
    metrics = list(shown.metrics.all())
    paces = paces_of(shown.config)
    version = getattr(shown, "model_version", None)
    context = {
        "run": shown,
        "version": version,
        "evaluation": find_evaluation(version=version, snapshot=shown.snapshot) if version else None,
        "decision": find_decision(version=version) if version else None,
        "splits": [(split, shown.snapshot.counts.get(split, 0)) for split in SPLITS],
        "validating": shown.snapshot.counts.get("validation", 0),
        "paces": paces,
        "sources": runs.list_sources(snapshot=shown.snapshot, config=shown.config),
        "placeless": runs.count_placeless(snapshot=shown.snapshot),
        "settings": describe_settings(shown.config),
        "networks": chart_run(metrics, steps={pace.network: pace.steps for pace in paces}),
        "ahead": runs.count_ahead(run=shown),
        "time_left": runs.guess_time_left(run=shown, metrics=metrics),
        "run_time": _measure_time(shown, now=timezone.now()),
    }
    return render(request, "run.html", context)


def _measure_time(run: FinetuningRun, *, now: datetime) -> timedelta | None:
    """From when a worker first took it to its end, or to now."""
    return (run.finished_at or now) - run.started_at if run.started_at else None


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


@project_action(Capability.TRAIN)
def start_first(request: HttpRequest, project: Project, run_id: UUID) -> HttpResponse:
    """Let a queued run start before all others."""
    shown = runs.get_run(user=current_user(request), run_id=run_id, project=project)
    operations.move_to_front(run=shown, by=current_user(request), now=timezone.now())
    messages.success(request, f"{shown.name.capitalize()} starts first.")
    return redirect("run", project.slug, run_id)


def _build_form(request: HttpRequest, project: Project, sent: QueryDict | None = None) -> RunForm:
    """Filled in with the snapshot, or with all of the run, that the address names."""
    initial: dict[str, Any] = {"snapshot": request.GET.get("snapshot")}
    if "clone" in request.GET:
        source = runs.get_run(user=current_user(request), run_id=request.GET["clone"], project=project)
        initial = {
            **RunForm.fill_in(source.config),
            "snapshot": source.snapshot_id,
            "base_version": source.base_version_id,
            "cloned_from": source,
        }
    return RunForm(
        sent,
        initial=initial,
        snapshots=datasets.list_snapshots(project=project),
        versions=model_versions.list_model_versions(project=project),
        runs=runs.list_runs(project=project),
    )


def _find_parts(request: HttpRequest, project: Project, form: RunForm) -> dict[str, Any]:
    return {
        "project": project,
        "snapshot": form.cleaned_data["snapshot"],
        "base_version": form.cleaned_data["base_version"],
        "config": form.config(),
        "by": current_user(request),
    }


def _request_run(request: HttpRequest, project: Project, form: RunForm) -> FinetuningRun:
    return operations.request_run(
        **_find_parts(request, project, form),
        priority=form.cleaned_data["priority"] or 0,
        cloned_from=form.cleaned_data["cloned_from"],
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
