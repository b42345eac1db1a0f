"""Watching models at work: buttons for shadows and for reading open tasks again."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from labeling.errors import DomainError
from labeling.models import Project, Shadow
from labeling.operations import rereadings as rereading_operations
from labeling.operations import shadows as shadow_operations
from labeling.policies import Capability, Forbidden
from labeling.queries import model_versions, rereadings, shadows
from webapp.csv_tables import stream_csv
from webapp.forms import OverrideForm, ShadowForm, show_refusal
from webapp.views.access import current_user, project_action, project_page
from webapp.views.models import render_version

DIFFERENCES_HEAD = (
    "photo",
    "file",
    "champion",
    "champion confidence",
    "shadow",
    "shadow confidence",
    "accepted",
    "read at",
)


@project_action(Capability.TRAIN)
def start_shadow(request: HttpRequest, project: Project, version_id: UUID) -> HttpResponse:
    """Let a version read beside the champion, unseen."""
    version = model_versions.get_model_version(
        user=current_user(request), version_id=version_id, project=project
    )
    form = ShadowForm(request.POST)
    if form.is_valid():
        try:
            shadow_operations.start_shadow(
                version=version, by=current_user(request), now=timezone.now(), **form.limits()
            )
            messages.success(
                request, f"From the next photo on {version.name} reads beside the version in service."
            )
            return _to_shadow(project, version_id)
        except DomainError as error:
            show_refusal(form, error)
    return render_version(request, project, version, OverrideForm(), shadow_form=form, status=400)


@project_action(Capability.TRAIN)
def stop_shadow(request: HttpRequest, project: Project, shadow_id: UUID) -> HttpResponse:
    shadow = _get_shadow(request, project, shadow_id)
    shadow_operations.stop_shadow(shadow=shadow, by=current_user(request), now=timezone.now())
    messages.info(request, "It no longer reads. What it has read stays here.")
    return _to_shadow(project, shadow.model_version_id)


@project_page(Capability.TRAIN)
def differences(request: HttpRequest, project: Project, shadow_id: UUID) -> HttpResponseBase:
    """All photos that the two read differently as a CSV file."""
    shadow = _get_shadow(request, project, shadow_id)
    name = f"{project.slug}-{shadow.model_version.name}-beside-{shadow.champion.name}"
    return stream_csv(name, DIFFERENCES_HEAD, _list_differences(shadow))


@project_action(Capability.TRAIN)
def reread(request: HttpRequest, project: Project) -> HttpResponse:
    """Let the version in service read the open tasks again."""
    try:
        asked = rereading_operations.request_rereading(
            project=project, by=current_user(request), now=timezone.now()
        )
    except Forbidden:
        raise
    except DomainError as error:
        messages.info(request, error.message)
        return redirect("models", project.slug)
    messages.success(request, "Open tasks are read again, whenever no new photo waits.")
    return redirect("model", project.slug, asked.model_version_id)


@project_action(Capability.TRAIN)
def stop_rereading(request: HttpRequest, project: Project, rereading_id: UUID) -> HttpResponse:
    rereading = rereadings.get_rereading(
        user=current_user(request), rereading_id=rereading_id, project=project
    )
    rereading_operations.stop_rereading(rereading=rereading, by=current_user(request), now=timezone.now())
    messages.info(request, "Stopped. What was read again stays.")
    return redirect("model", project.slug, rereading.model_version_id)


def _get_shadow(request: HttpRequest, project: Project, shadow_id: UUID) -> Shadow:
    return shadows.get_shadow(user=current_user(request), shadow_id=shadow_id, project=project)


def _to_shadow(project: Project, version_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('model', args=[project.slug, version_id])}#shadow")


def _list_differences(shadow: Shadow) -> Iterator[list[Any]]:
    for row in shadows.find_differences(shadow=shadow).iterator(chunk_size=500):
        yield [
            str(row.photo_id),
            row.photo.name,
            row.prediction.vin,
            row.prediction.confidence,
            row.vin,
            row.confidence,
            getattr(row, "accepted", ""),
            row.read_at.isoformat() if row.read_at else "",
        ]
