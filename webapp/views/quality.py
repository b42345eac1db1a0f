"""The quality policy of a project: what is checked, what that costs, and who changed it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from labeling.errors import DomainError
from labeling.models import Project, QualityPolicy
from labeling.operations import quality as operations
from labeling.policies import Capability
from labeling.queries import quality
from webapp.csv_tables import stream_csv
from webapp.figures_tables import STANDING_HEAD, list_standings
from webapp.forms import PolicyForm, show_refusal
from webapp.policy_words import describe_policy, estimate_cost, list_warnings
from webapp.views.access import current_user, project_page, sent_form


@never_cache
@project_page(Capability.MANAGE_POLICY, form=Capability.MANAGE_POLICY)
def policy(request: HttpRequest, project: Project) -> HttpResponse:
    """The rules in force with what they mean; sending the form sets new ones."""
    current = quality.get_policy(project=project)
    form = PolicyForm(sent_form(request), policy=current)
    if request.method != "POST" or not form.is_valid():
        return _render(request, project, form, current, status=400 if form.errors else 200)
    try:
        made = operations.set_policy(
            project=project, by=current_user(request), now=timezone.now(), **form.to_policy()
        )
    except DomainError as error:
        show_refusal(form, error)
        return _render(request, project, form, current, status=400)
    messages.success(
        request, f"Policy {made.number} is in force. What was submitted before stays where it is."
    )
    return redirect("policy", project.slug)


@project_page(Capability.MANAGE_POLICY)
def preview(request: HttpRequest, project: Project) -> HttpResponse:
    """What the figures in the form would mean, before anybody sets them."""
    form = PolicyForm(request.GET, policy=quality.get_policy(project=project))
    form.is_valid()  # a figure that cannot be is left as it was
    return render(request, "parts/policy_meaning.html", _explain(form.to_draft(project), project))


@project_page(Capability.MANAGE_POLICY)
def people(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Where everybody stands, as a CSV file."""
    standings = quality.list_measured(project=project)
    return stream_csv(f"{project.slug}-standings", STANDING_HEAD, list_standings(standings))


def _render(
    request: HttpRequest, project: Project, form: PolicyForm, current: QualityPolicy, *, status: int
) -> HttpResponse:
    context = {
        "form": form,
        "current": current,
        "history": [(row, describe_policy(row)) for row in quality.list_policies(project=project)],
        "people": quality.list_measured(project=project),
        **_explain(form.to_draft(project) if form.is_bound else current, project),
    }
    return render(request, "policy.html", context, status=status)


def _explain(rules: QualityPolicy, project: Project) -> dict[str, Any]:
    means = quality.count_means(project=project)
    return {
        "sentences": describe_policy(rules),
        "cost": estimate_cost(rules),
        "known": means.known,
        "warnings": list_warnings(rules, known=means.known, readers=means.readers, judges=means.judges),
    }
