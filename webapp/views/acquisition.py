"""Which photos people see first: the policy, what it means, and what the photos drawn at random tell."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from labeling.errors import DomainError
from labeling.models import AcquisitionPolicy, Project
from labeling.operations.acquisition_policies import set_acquisition_policy
from labeling.policies import Capability
from labeling.queries import acquisition
from labeling.queries.champions import get_champion
from webapp.acquisition_words import describe_acquisition
from webapp.forms import show_refusal
from webapp.forms_acquisition import AcquisitionForm
from webapp.views.access import current_user, project_page, sent_form


@never_cache
@project_page(form=Capability.TRAIN)
def order(request: HttpRequest, project: Project) -> HttpResponse:
    """The rules in force with what they mean; sending the form sets new ones."""
    current = acquisition.get_policy(project=project)
    form = AcquisitionForm(sent_form(request), policy=current)
    if request.method != "POST" or not form.is_valid():
        return _render(request, project, form, current, status=400 if form.errors else 200)
    try:
        made = set_acquisition_policy(
            project=project, by=current_user(request), now=timezone.now(), **form.to_policy()
        )
    except DomainError as error:
        show_refusal(form, error)
        return _render(request, project, form, current, status=400)
    messages.success(request, f"Policy {made.number} is in force. What waits is put in order now.")
    return redirect("order", project.slug)


@project_page(Capability.TRAIN)
def preview(request: HttpRequest, project: Project) -> HttpResponse:
    """What the figures in the form would mean, before anybody sets them."""
    current = acquisition.get_policy(project=project)
    form = AcquisitionForm(request.GET, policy=current)
    form.is_valid()  # a figure that cannot be is left as it was
    sentences = describe_acquisition(form.to_draft(project) or current)
    return render(request, "parts/order_meaning.html", {"sentences": sentences})


def _render(
    request: HttpRequest, project: Project, form: AcquisitionForm, current: AcquisitionPolicy, *, status: int
) -> HttpResponse:
    champion = get_champion(project)
    rules = form.to_draft(project) if form.is_bound and form.cleaned_data else current
    policies = acquisition.list_policies(project=project)
    context: dict[str, Any] = {
        "form": form,
        "current": current,
        "sentences": describe_acquisition(rules or current),
        "history": [(row, describe_acquisition(row)) for row in policies],
        "order": acquisition.get_order(project=project),
        "waiting_by": acquisition.count_waiting_by(project=project),
        "champion": champion,
        "fair": acquisition.measure_fairly(version=champion) if champion else None,
    }
    return render(request, "order.html", context, status=status)
