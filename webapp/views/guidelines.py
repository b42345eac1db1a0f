"""The guidelines of a project: read by everybody, written by admins, version by version."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from labeling.errors import DomainError
from labeling.models import Guideline, Project
from labeling.operations import guidelines as operations
from labeling.policies import Capability, NotFound
from labeling.queries import guidelines
from labeling.queries.guidelines import ChangedLine, GuidelineState
from webapp.forms import GuidelineForm, GuidelineReadForm, show_refusal
from webapp.markdown import render_markdown
from webapp.views.access import current_user, project_action, project_page, sent_form


@project_page()
def page(request: HttpRequest, project: Project) -> HttpResponse:
    """The newest version or the one of `?version=`, and what is new to this member."""
    state = guidelines.get_guideline_state(project=project, user=current_user(request))
    shown = _choose(project, state, request.GET.get("version", ""))
    context: dict[str, Any] = {
        "state": state,
        "shown": shown,
        "html": render_markdown(shown.text) if shown else "",
        "changed": _find_news(project, state) if shown == state.newest else [],
        "versions": guidelines.list_guidelines(project=project),
    }
    return render(request, "guidelines.html", context)


@project_page(Capability.WRITE_GUIDELINES, form=Capability.WRITE_GUIDELINES)
def edit(request: HttpRequest, project: Project) -> HttpResponse:
    """Write the next version on top of the one that was shown."""
    state = guidelines.get_guideline_state(project=project, user=current_user(request))
    number = state.newest.number if state.newest else 0
    initial = {"text": state.newest.text if state.newest else "", "base_number": number}
    form = GuidelineForm(sent_form(request), initial=initial)
    theirs: list[ChangedLine] = []
    if request.method == "POST" and form.is_valid():
        try:
            operations.write_guideline(
                project=project, by=current_user(request), now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, "The new version is out. Members see that there is news.")
            return redirect("guidelines", project.slug)
        except operations.StaleGuideline as error:
            theirs = _compare(project, form.cleaned_data["base_number"], state.newest)
            _go_on_from(form, number)
            show_refusal(form, error)
        except DomainError as error:
            show_refusal(form, error)
    context = {"form": form, "number": number, "theirs": theirs}
    return render(request, "guidelines_edit.html", context, status=400 if form.errors else 200)


@project_action(Capability.VIEW)
def read(request: HttpRequest, project: Project) -> HttpResponse:
    form = GuidelineReadForm(request.POST)
    if not form.is_valid():
        raise NotFound
    number = form.cleaned_data["number"]
    operations.read_guideline(project=project, by=current_user(request), number=number, now=timezone.now())
    return redirect("guidelines", project.slug)


def _choose(project: Project, state: GuidelineState, wanted: str) -> Guideline | None:
    if not wanted:
        return state.newest
    if not wanted.isdecimal() or len(wanted) > 9:
        raise NotFound
    return guidelines.get_guideline(project=project, number=int(wanted))


def _find_news(project: Project, state: GuidelineState) -> list[ChangedLine]:
    """The lines that changed since this member's version; none for whoever has read none, or the newest."""
    if state.newest is None or not state.is_news or not state.read:
        return []
    return _compare(project, state.read, state.newest)


def _compare(project: Project, number: int, newest: Guideline | None) -> list[ChangedLine]:
    """What the newest version says differently from an older one."""
    if newest is None or not 0 < number < newest.number:
        return []
    before = guidelines.get_guideline(project=project, number=number)
    return guidelines.compare_guidelines(before, newest)


def _go_on_from(form: GuidelineForm, number: int) -> None:
    """What was typed stays, and is based on the version whose changes are shown beside it."""
    form.data = {**form.cleaned_data, "base_number": number}
