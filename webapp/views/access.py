"""The door of every project page: who is logged in, which project, and whether their role may."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labeling.models import Project, User
from labeling.policies import Capability
from labeling.queries import projects

View = Callable[..., HttpResponseBase]


def project_page(
    capability: Capability = Capability.VIEW, *, form: Capability | None = None
) -> Callable[[View], View]:
    """A page of a project: `view(request, project, ...)`.

    Looking needs `capability`. Where the page has a form, sending it needs `form`; other verbs answer 405.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, slug: str, **arguments: Any) -> HttpResponseBase:
            wanted = form if form and request.method == "POST" else capability
            return view(request, open_project(request, slug, wanted), **arguments)

        guard = require_http_methods(["GET", "HEAD", "POST"]) if form else require_safe
        return guard(_reload_when_logged_out(login_required(enter)))

    return decorate


def project_action(capability: Capability) -> Callable[[View], View]:
    """Something that a button does: POST only, `view(request, project, ...)`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, slug: str, **arguments: Any) -> HttpResponseBase:
            return view(request, open_project(request, slug, capability), **arguments)

        return require_POST(login_required(enter))

    return decorate


def _reload_when_logged_out(view: View) -> View:
    """A part that htmx asks for must not be replaced by a login page: the whole page goes there instead."""

    @wraps(view)
    def ask(request: HttpRequest, *arguments: Any, **names: Any) -> HttpResponseBase:
        if "HX-Request" in request.headers and not request.user.is_authenticated:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return view(request, *arguments, **names)

    return ask


def open_project(request: HttpRequest, slug: str, capability: Capability) -> Project:
    """The project of the address, which the navigation then shows. Raises NotFound, Forbidden."""
    project = projects.get_project(user=current_user(request), slug=slug, capability=capability)
    request.project = project  # type: ignore[attr-defined]
    return project


def sent_form(request: HttpRequest) -> QueryDict | None:
    """What was sent, which may be nothing at all; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def current_user(request: HttpRequest) -> User:
    """Who asks; `login_required` has made sure that it is somebody."""
    return cast(User, request.user)
