"""Projects that a person is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.models import Membership, Project
from labeling.policies import Capability, NotFound, check_can

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User


def get_project(
    *, user: User | AnonymousUser, slug: str, capability: Capability = Capability.VIEW
) -> Project:
    """Raises NotFound where there is none or the person is not in it, and Forbidden where they may not."""
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise NotFound
    check_can(user, capability, project)
    return project


def list_memberships(*, user: User) -> list[Membership]:
    """A person's projects with their role in each, by name."""
    mine = Membership.objects.filter(user=user).select_related("project")
    return list(mine.order_by("project__name", "project_id"))
