"""The editor's page, for annotation, for review and for adjudication.

It changes nothing: its script claims a photo through the API.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from labeling.models import LeaseKind, Project
from labeling.policies import Capability
from webapp.views.access import project_page

HEADINGS = {LeaseKind.ANNOTATE: "Annotate", LeaseKind.REVIEW: "Review", LeaseKind.ADJUDICATE: "Settle"}


@never_cache
@ensure_csrf_cookie
@project_page(Capability.ANNOTATE)
def annotate(request: HttpRequest, project: Project) -> HttpResponse:
    """Read and correct photos, one after another, or the one that `?task=` names."""
    return _render_editor(request, project, LeaseKind.ANNOTATE)


@never_cache
@ensure_csrf_cookie
@project_page(Capability.REVIEW)
def review(request: HttpRequest, project: Project) -> HttpResponse:
    """Judge what others submitted."""
    return _render_editor(request, project, LeaseKind.REVIEW)


@never_cache
@ensure_csrf_cookie
@project_page(Capability.REVIEW)
def adjudicate(request: HttpRequest, project: Project) -> HttpResponse:
    """Settle what two people read differently."""
    return _render_editor(request, project, LeaseKind.ADJUDICATE)


def _render_editor(request: HttpRequest, project: Project, kind: LeaseKind) -> HttpResponse:
    settings = {
        "project": project.slug,
        "kind": kind.value,
        "task": _task_of(request),
        "home": reverse("project", args=[project.slug]),
        "login": reverse("login"),
    }
    context: dict[str, Any] = {"project": project, "heading": HEADINGS[kind], "settings": settings}
    return render(request, "editor.html", context)


def _task_of(request: HttpRequest) -> str | None:
    """The id of the task that the address names; None where it names none, or nothing that can be an id."""
    try:
        return str(UUID(request.GET.get("task", "")))
    except ValueError:
        return None
