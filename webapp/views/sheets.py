"""The sheet: readings that no person has seen, 24 strips at once."""

from string import ascii_uppercase
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from labeling.models import Project
from labeling.operations.spot_checks import SheetResult, check_sheet
from labeling.policies import Capability
from labeling.queries import spot_checks
from webapp.templatetags.words import plural
from webapp.views.access import current_user, project_page


@project_page(Capability.REVIEW, form=Capability.REVIEW)
def sheet(request: HttpRequest, project: Project) -> HttpResponse:
    """Mark the wrong ones and send all of them; the next sheet follows."""
    if request.method == "POST":
        return _check(request, project)
    readings = spot_checks.list_sheet(project=project, viewer=current_user(request))
    context: dict[str, Any] = {
        "strips": list(zip(ascii_uppercase, readings, strict=False)),
        "unseen": spot_checks.count_unseen(project=project),
        "precision": spot_checks.get_precision(project=project),
    }
    return render(request, "sheet.html", context)


def _check(request: HttpRequest, project: Project) -> HttpResponse:
    result = check_sheet(
        project=project,
        by=current_user(request),
        shown=_read_keys(request, "shown"),
        wrong=_read_keys(request, "wrong"),
        now=timezone.now(),
    )
    messages.success(request, _say(result))
    return redirect("sheet", project.slug)


def _read_keys(request: HttpRequest, name: str) -> list[int]:
    """The numbers of a field that comes many times; what is no number was not shown by this page."""
    return [int(value) for value in request.POST.getlist(name) if value.isdecimal() and len(value) < 18]


def _say(result: SheetResult) -> str:
    parts = [f"{plural(result.right, 'reading,readings')} noted as right"]
    if result.wrong:
        parts.append(f"{plural(result.wrong, 'photo,photos')} sent back for annotation")
    if result.passed_over:
        parts.append(f"{result.passed_over} passed over: somebody else was faster")
    return ", ".join(parts) + "."
