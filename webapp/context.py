"""What the frame of every page shows: the project, what one may do in it, and what waits.

A part of a page that is asked for alone has no frame: what waits is counted when it is shown.
"""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from labeling.models import Project, Role, User
from labeling.policies import CAPABILITIES, Capability, get_role
from labeling.queries import comments, guidelines, tasks


def project(request: HttpRequest) -> dict[str, Any]:
    """Nothing where the page belongs to no project: a login, an error."""
    current = getattr(request, "project", None)
    if current is None or not isinstance(request.user, User):
        return {}
    role = get_role(request.user, current)
    granted = CAPABILITIES[role] if role else frozenset()
    return {
        "project": current,
        "role": role,
        "can": {capability.value: capability in granted for capability in Capability},
        "waiting": SimpleLazyObject(partial(_count, request, current, request.user)),
        "has_guideline_news": SimpleLazyObject(partial(_has_news, current, request.user, role)),
    }


def count_waiting(request: HttpRequest, current: Project, user: User) -> dict[str, int]:
    """What waits for whoever asks, counted once for the frame and the page in it."""
    if not hasattr(request, "waiting"):
        counted = tasks.work_waiting(project=current, user=user, most=tasks.MANY)
        request.waiting = counted  # type: ignore[attr-defined]
    waiting: dict[str, int] = request.waiting  # type: ignore[attr-defined]
    return waiting


def _count(request: HttpRequest, current: Project, user: User) -> dict[str, int]:
    mentions = comments.count_unread_mentions(project=current, user=user)
    return {**count_waiting(request, current, user), "mentions": mentions}


def _has_news(current: Project, user: User, role: Role | None) -> bool:
    return role is not None and guidelines.get_guideline_state(project=current, user=user).is_news
