"""Members of a project: roles, invitations, leaving."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from labeling.errors import DomainError
from labeling.models import Membership, Project
from labeling.operations import invitations
from labeling.operations import members as operations
from labeling.policies import Capability
from labeling.queries import members, pages
from webapp.forms import ROLE_CHOICES, AddMemberForm, InviteForm, RoleForm, show_refusal
from webapp.templatetags.words import ROLE_PHRASES
from webapp.views.access import current_user, project_action, project_page, sent_form

_REMOVED = "removed_from_{}"
"""The key in the session of who was taken out of a project last, with their role."""


@never_cache
@project_page(Capability.MANAGE_MEMBERS, form=Capability.MANAGE_MEMBERS)
def member_list(request: HttpRequest, project: Project) -> HttpResponse:
    """Everybody, and who was invited; sending the form makes a link that is shown once."""
    form = InviteForm(sent_form(request))
    if request.method != "POST" or not form.is_valid():
        return _render_members(request, project, form, status=400 if form.errors else 200)
    try:
        invitation, token = invitations.invite_member(
            project=project, by=current_user(request), now=timezone.now(), **form.cleaned_data
        )
    except DomainError as error:
        show_refusal(form, error)
        return _render_members(request, project, form, status=400)
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    return _render_members(request, project, InviteForm(), invitation=invitation, invitation_link=link)


@project_action(Capability.MANAGE_MEMBERS)
def add(request: HttpRequest, project: Project) -> HttpResponse:
    """Let in somebody who has an account."""
    form = AddMemberForm(request.POST)
    if not form.is_valid():
        return _render_members(request, project, InviteForm(), add_form=form, status=400)
    try:
        member = operations.add_member(
            project=project,
            user=members.find_person(username=form.cleaned_data["username"]),
            role=form.cleaned_data["role"],
            by=current_user(request),
            now=timezone.now(),
        )
    except DomainError as error:
        show_refusal(form, error)
        return _render_members(request, project, InviteForm(), add_form=form, status=400)
    messages.success(request, f"{member.user} is in the project now.")
    return redirect("members", project.slug)


@project_action(Capability.MANAGE_MEMBERS)
def change_role(request: HttpRequest, project: Project, member_id: int) -> HttpResponse:
    member = _get(request, project, member_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such role.")
        return redirect("members", project.slug)
    try:
        operations.change_role(
            membership=member, role=form.cleaned_data["role"], by=current_user(request), now=timezone.now()
        )
        messages.success(request, f"{member.user} is now {ROLE_PHRASES[form.cleaned_data['role']]}.")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("members", project.slug)


@project_action(Capability.MANAGE_MEMBERS)
def remove(request: HttpRequest, project: Project, member_id: int) -> HttpResponse:
    """Take somebody out; the page that follows offers to take them in again."""
    member = _get(request, project, member_id)
    removed = {"username": member.user.username, "role": member.role}
    try:
        operations.remove_member(membership=member, by=current_user(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("members", project.slug)
    if member.user == current_user(request):
        messages.success(request, f"You are out of {project.name}. What you wrote stays.")
        return redirect("home")
    request.session[_REMOVED.format(project.slug)] = removed
    return redirect("members", project.slug)


def _get(request: HttpRequest, project: Project, member_id: int) -> Membership:
    return members.get_member(user=current_user(request), member_id=member_id, project=project)


def _render_members(
    request: HttpRequest, project: Project, form: InviteForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    now = timezone.now()
    waiting = [i for i in pages.list_open_invitations(project=project) if i.is_open(now)]
    context = {
        "form": form,
        "members": members.list_members(project=project),
        "invitations": waiting,
        "add_form": AddMemberForm(),
        "role_choices": ROLE_CHOICES,
        "removed": request.session.pop(_REMOVED.format(project.slug), None),
        **more,
    }
    return render(request, "members.html", context, status=status)
