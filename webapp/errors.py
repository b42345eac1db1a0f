"""Where a refusal becomes a status: one JSON shape under /api/ and /media/, one page everywhere else.

The shape is `{"error": code, "message": sentence, "fields": {name: sentence}}`. The code is for programs and
stays; the message is for people and may change; `fields` names what was wrong with each part of the input.
"""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from labeling import imaging, policies, states
from labeling.errors import DomainError
from labeling.operations import annotations, leases, transitions

MAX_FIELDS = 20
"""A body with thousands of mistakes is answered with the first ones."""

SIGN_IN = "Log in, or send a personal token as `Authorization: Bearer vinloop_...`."

STATUSES: dict[type, HTTPStatus] = {
    DomainError: HTTPStatus.BAD_REQUEST,
    policies.Forbidden: HTTPStatus.FORBIDDEN,
    policies.NotFound: HTTPStatus.NOT_FOUND,
    states.IllegalTransition: HTTPStatus.CONFLICT,
    transitions.Conflict: HTTPStatus.CONFLICT,
    leases.LeaseLost: HTTPStatus.CONFLICT,
    annotations.StaleRevision: HTTPStatus.CONFLICT,
    imaging.PhotoTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
"""What is not named here has the status of its nearest parent, in the end 400: the input is wrong."""

_CODES = {"permission_denied": "forbidden"}
_PAGES = {
    400: ("bad_request", "The request could not be understood. Go back, reload the page and try again."),
    403: (
        "forbidden",
        "Your role does not allow this. Ask an admin of the project for the role that it needs.",
    ),
    404: ("not_found", "This address leads nowhere, or to something that is not yours to see."),
    413: ("too_large", "The request is too large."),
    500: ("server_error", "Something went wrong on our side. It was logged; nothing was half saved."),
}
_BROKEN = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Something broke · VINloop</title>
<h1>Something broke</h1><p>{}</p>
<p>Reload the page in a minute, or <a href="/">go to your projects</a>.
If it stays like this, tell whoever runs this server.</p>
</html>
"""


def error_body(code: str, message: str, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The one shape."""
    return {"error": code, "message": message, "fields": dict(fields or {})}


def status_of(error: DomainError) -> int:
    """The status of a refusal, by its class or the nearest of its parents."""
    return next(int(STATUSES[kind]) for kind in type(error).__mro__ if kind in STATUSES)


def handle_api_exception(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler. None lets a fault through, to be logged as one."""
    refusal = _as_api_exception(error)
    if refusal is None:
        return None
    set_rollback()
    if isinstance(refusal, DomainError):
        return Response(error_body(refusal.code, refusal.message, refusal.fields), status=status_of(refusal))
    return Response(_body_of(refusal), status=refusal.status_code, headers=_headers_of(refusal))


def _as_api_exception(error: Exception) -> DomainError | exceptions.APIException | None:
    if isinstance(error, (DomainError, exceptions.APIException)):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound(_PAGES[404][1])
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        too_large = exceptions.APIException(_PAGES[413][1], "too_large")
        too_large.status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return too_large
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError(_PAGES[400][1], "bad_request")
    return None


def _body_of(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        fields = dict(islice(_flatten(error.detail), MAX_FIELDS))
        return error_body("invalid", " ".join(f"{name}: {text}" for name, text in fields.items()), fields)
    if isinstance(error, exceptions.NotAuthenticated):
        return error_body("not_authenticated", SIGN_IN)
    code = str(getattr(error.detail, "code", error.default_code))
    return error_body(_CODES.get(code, code), str(error.detail))


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Leaves of REST framework's nested details under dotted names: `characters.3.quad`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flatten(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, str):
        yield path or "body", str(detail)
    elif any(isinstance(inner, (Mapping, list)) for inner in detail):
        for position, inner in enumerate(detail):
            yield from _flatten(inner, f"{path}.{position}" if path else str(position))
    elif detail:
        yield path or "body", " ".join(str(text) for text in detail)


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def speaks_json(request: HttpRequest) -> bool:
    """Whether the address belongs to programs rather than to people."""
    return request.path.startswith(("/api/", "/media/"))


class DomainErrorMiddleware:
    """Shows a refusal that a page did not translate itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        return error_response(request, status_of(error), error.code, error.message, error.fields)


def error_response(
    request: HttpRequest, status: int, code: str, message: str, fields: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The shape or the page, with this status."""
    if speaks_json(request):
        return JsonResponse(error_body(code, message, fields), status=status)
    page = {"status": status, "message": message, "fields": fields or {}}
    return render(request, "error.html", page, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400 of the URLs. A host that is not ours has no page: it could not even be linked to."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    if isinstance(exception, DisallowedHost) and not speaks_json(request):
        return HttpResponse(_PAGES[400][1], status=400, content_type="text/plain; charset=utf-8")
    return error_response(request, status, *_PAGES[status])


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403 of the URLs."""
    return error_response(request, 403, *_PAGES[403])


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW of the settings."""
    message = "This form was open too long, or you logged in again elsewhere. Reload the page and try again."
    return error_response(request, 403, "csrf_failed", message)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404 of the URLs."""
    return error_response(request, 404, *_PAGES[404])


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500 of the URLs: leans on nothing that may be the fault, templates and database included."""
    if speaks_json(request):
        return JsonResponse(error_body(*_PAGES[500]), status=500)
    return HttpResponse(_BROKEN.format(_PAGES[500][1]), status=500)
