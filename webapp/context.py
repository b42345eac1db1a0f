"""What the frame of every page shows: the project, what one may do in it, and what waits."""

from typing import Any

from django.http import HttpRequest

from labeling.models import Project, User
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
        "waiting": {
            **tasks.work_waiting(project=current, user=request.user, most=tasks.MANY),
            "mentions": comments.count_unread_mentions(project=current, user=request.user),
        },
        "has_guideline_news": role is not None and _has_news(current, request.user),
    }


def _has_news(current: Project, user: User) -> bool:
    return guidelines.get_guideline_state(project=current, user=user).is_news
