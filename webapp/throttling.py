"""A brake on guessing passwords."""

import hashlib
from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from webapp.errors import error_response

MAX_FAILURES = 10
WINDOW_SECONDS = 300
MESSAGE = "Too many attempts to log in with this name. Wait five minutes and try again."


class LoginThrottle:
    """After ten wrong passwords for a name from one address, five minutes of rest.

    Counted in the memory of each web process, so that the true limit grows with their number. The name is
    part of the key, lest one person's mistakes lock out everybody behind the same proxy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.paths = {reverse("login"), reverse("admin:login")}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path not in self.paths:
            return self.get_response(request)
        key = _key_of(request)
        failures = cache.get(key, 0)
        if failures >= MAX_FAILURES:
            refusal = error_response(request, 429, "throttled", MESSAGE)
            refusal["Retry-After"] = str(WINDOW_SECONDS)
            return refusal
        response = self.get_response(request)
        if response.status_code == 302:
            cache.delete(key)
        else:
            cache.set(key, failures + 1, WINDOW_SECONDS)
        return response


def _key_of(request: HttpRequest) -> str:
    name = request.POST.get("username", "").lower()
    address = request.META.get("REMOTE_ADDR", "")
    return "login-" + hashlib.sha256(f"{address} {name}".encode("utf-8", "replace")).hexdigest()
