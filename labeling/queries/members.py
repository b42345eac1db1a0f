"""Members of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from labeling.models import Annotation, Lease, Membership, Project, User
from labeling.policies import NotFound
from labeling.queries.access import get_visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def get_member(*, user: User | AnonymousUser, member_id: int, project: Project | None = None) -> Membership:
    """Raises NotFound."""
    rows = Membership.objects.select_related("project", "user")
    return get_visible(rows, user=user, key=member_id, project=project)


def list_members(*, project: Project) -> list[Membership]:
    """Everybody who is in the project, by name."""
    rows = Membership.objects.filter(project=project).select_related("user")
    return list(rows.order_by("user__username"))


def find_membership(*, project: Project, user: User) -> Membership | None:
    """What somebody is in the project; None where they are not in it."""
    return Membership.objects.filter(project=project, user=user).select_related("user").first()


def find_worker(*, project: Project, username: str) -> User:
    """Somebody who is in the project, or has worked in it. Raises NotFound."""
    if "\0" in username:
        raise NotFound  # PostgreSQL has no such text
    held = Lease.objects.filter(task__project=project, holder=OuterRef("pk"))
    wrote = Annotation.objects.filter(task__project=project, author=OuterRef("pk"))
    is_here = Membership.objects.filter(project=project, user=OuterRef("pk"))
    people = User.objects.filter(Exists(is_here) | Exists(held) | Exists(wrote), username=username)
    person = people.first()
    if person is None:
        raise NotFound
    return person


def list_member_names(*, project: Project) -> list[str]:
    """The names that a comment can mention."""
    rows = Membership.objects.filter(project=project, user__is_active=True)
    return list(rows.order_by("user__username").values_list("user__username", flat=True))


def find_person(*, username: str) -> User:
    """The active person who logs in with this name. Raises NotFound."""
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise NotFound(
            "Nobody logs in with this name. Who has no account yet needs an invitation.",
            fields={"username": "unknown"},
        )
    return person
