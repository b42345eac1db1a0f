"""A person's own tokens for the API."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from labeling.errors import DomainError
from labeling.operations import tokens as operations
from labeling.queries import tokens
from webapp.forms import TokenForm, show_refusal
from webapp.views.access import current_user, sent_form


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def token_list(request: HttpRequest) -> HttpResponse:
    """My tokens; sending the form makes one, whose secret is shown once."""
    form = TokenForm(sent_form(request))
    if request.method != "POST" or not form.is_valid():
        return _render_tokens(request, form, status=400 if form.errors else 200)
    now = timezone.now()
    days = form.cleaned_data["days"]
    try:
        _, secret = operations.create_token(
            user=current_user(request),
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=now + timedelta(days=days) if days else None,
            now=now,
        )
    except DomainError as error:
        show_refusal(form, error)
        return _render_tokens(request, form, status=400)
    return _render_tokens(request, TokenForm(), secret=secret)


@require_POST
@login_required
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    token = tokens.get_token(user=current_user(request), token_id=token_id)
    operations.revoke_token(token=token, by=current_user(request), now=timezone.now())
    messages.success(request, f"{token.name} no longer opens anything.")
    return redirect("tokens")


def _render_tokens(request: HttpRequest, form: TokenForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "tokens": tokens.list_tokens(user=current_user(request)), **more}
    return render(request, "tokens.html", context, status=status)
