"""What a personal token may be used for. What a person may do is the domain's to say (labeling/policies.py)."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

SESSION_ONLY = "session"
"""Stands where a scope would: no token may use this verb, whatever its scopes."""


class HasScope(BasePermission):
    """A token needs the scope that the view names for the verb; a session needs none.

    A verb for which a view names no scope is closed to tokens.
    """

    code = "missing_scope"

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            return True
        scope = getattr(view, "scopes", {}).get(request.method, SESSION_ONLY)
        self.message = _explain(scope)
        return scope in request.auth.scopes


def _explain(scope: str) -> str:
    if scope == SESSION_ONLY:
        return "Personal tokens cannot do this. Log in to the web pages."
    return f'The token lacks the scope "{scope}".'
