"""What a personal token may be used for. What a person may do is said in labeling/policies.py."""

from collections.abc import Collection
from typing import cast

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from labeling.models import PersonalToken

MISSING_SCOPE = "missing_scope"
NO_TOKENS: Collection[str] = ()
"""Stands where scopes would: no token may use this verb, whatever its scopes."""


class HasScope(BasePermission):
    """A token needs one of the scopes that the view names for the verb; a session needs none.

    A verb for which a view names no scope is closed to tokens.
    """

    code = MISSING_SCOPE
    message = ""

    def has_permission(self, request: Request, view: APIView) -> bool:
        verb = "GET" if request.method == "HEAD" else request.method
        if verb not in view.allowed_methods:
            return True  # it is answered with 405
        self.message = _find_problem(request, getattr(view, "scopes", {}).get(verb, NO_TOKENS))
        return not self.message


def check_scope(request: Request, scope: str) -> None:
    """For a verb whose body decides which scope is needed. Raises PermissionDenied."""
    if problem := _find_problem(request, {scope}):
        raise PermissionDenied(problem, MISSING_SCOPE)


def _find_problem(request: Request, wanted: Collection[str]) -> str:
    token = cast(PersonalToken | None, request.auth)
    if token is None or set(wanted) & set(token.scopes):
        return ""
    if not wanted:
        return "Personal tokens cannot do this. Log in to the web pages."
    return f"The token lacks the scope {' or '.join(sorted(wanted))}."
