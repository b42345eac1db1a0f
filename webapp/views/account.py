"""Coming in: login and invitations. There is no sign-up."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from labeling.errors import DomainError
from labeling.operations import invitations
from webapp.forms import JoinForm, LoginForm, show_refusal
from webapp.views.access import current_user, sent_form

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class Login(LoginView):
    template_name = "login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Join by a link: with a new account, or with that of who is logged in."""
    opened = invitations.get_open_invitation(token=token, now=timezone.now())
    if request.user.is_authenticated and "mine" in request.POST:
        invitations.join_by_invitation(token=token, user=current_user(request), now=timezone.now())
        return redirect("project", opened.project.slug)
    form = JoinForm(sent_form(request))
    context: dict[str, Any] = {"invitation": opened, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "invitation.html", context, status=400 if form.errors else 200)
    try:
        user = invitations.accept_invitation(token=token, now=timezone.now(), **form.cleaned_data)
    except DomainError as error:
        show_refusal(form, error)
        return render(request, "invitation.html", context, status=400)
    login(request, user, backend=MODEL_BACKEND)
    return redirect("project", opened.project.slug)
