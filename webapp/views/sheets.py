"""The sheet: what was accepted without a second person's eyes, 24 strips at once."""

from string import ascii_uppercase
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from labeling.models import Project, PseudoRound, Unseen
from labeling.operations.spot_checks import SheetResult, check_sheet
from labeling.policies import Capability
from labeling.queries import spot_checks
from labeling.queries.pseudo_rounds import get_audit, get_round
from webapp.templatetags.words import plural
from webapp.views.access import current_user, project_page

SOURCES = {Unseen.PSEUDO_LABEL: "Pseudo-labels", Unseen.POLICY: "Without review"}


@project_page(Capability.REVIEW, form=Capability.REVIEW)
def sheet(request: HttpRequest, project: Project) -> HttpResponse:
    """Mark the wrong ones and send all of them; the next sheet follows."""
    if request.method == "POST":
        return _check(request, project)
    viewer = current_user(request)
    one = _find_round(request, project)
    readings = spot_checks.list_sheet(project=project, viewer=viewer, pseudo_round=one)
    precision = spot_checks.list_precision(project=project)
    context: dict[str, Any] = {
        "round": one,
        "audit": get_audit(pseudo_round=one) if one else None,
        "strips": list(zip(ascii_uppercase, readings, strict=False)),
        "unseen": spot_checks.count_unseen(project=project, viewer=viewer, pseudo_round=one),
        "precision": [(SOURCES[each.source], each) for each in precision],
        "most": spot_checks.MOST_COUNTED,
        "has_checked": any(each.checked for each in precision),
    }
    return render(request, "sheet.html", context)


def _check(request: HttpRequest, project: Project) -> HttpResponse:
    result = check_sheet(
        project=project,
        by=current_user(request),
        shown=request.POST.getlist("shown"),
        wrong=request.POST.getlist("wrong"),
        now=timezone.now(),
    )
    messages.success(request, _say(result))
    one = _find_round(request, project)
    if one is None:
        return redirect("sheet", project.slug)
    if not spot_checks.count_unseen(project=project, viewer=current_user(request), pseudo_round=one):
        return redirect("round", project.slug, one.pk)
    return redirect(f"{reverse('sheet', args=[project.slug])}?round={one.pk}")


def _find_round(request: HttpRequest, project: Project) -> PseudoRound | None:
    """The round that the address names, whose audit alone is shown."""
    key = request.GET.get("round")
    return get_round(user=current_user(request), round_id=key, project=project) if key else None


def _say(result: SheetResult) -> str:
    parts = [f"{plural(result.right, 'reading,readings')} noted as right"]
    if result.wrong:
        parts.append(f"{plural(result.wrong, 'photo,photos')} sent back for annotation")
    if result.passed_over:
        parts.append(f"{result.passed_over} passed over: somebody else was faster")
    return ", ".join(parts) + "."
