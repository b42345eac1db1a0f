"""Who may do what. Written once: `check_...` raises, `can...` is derived from the same table."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from labeling.errors import DomainError
from labeling.models import Annotation, Membership, Project, Role, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Capability(StrEnum):
    VIEW = "view"
    UPLOAD = "upload"
    ANNOTATE = "annotate"
    REVIEW = "review"
    TRAIN = "train"
    MANAGE_QUEUE = "manage_queue"
    MANAGE_PHOTOS = "manage_photos"
    MANAGE_MEMBERS = "manage_members"


CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.ANNOTATOR: frozenset({Capability.VIEW, Capability.UPLOAD, Capability.ANNOTATE}),
    Role.REVIEWER: frozenset({Capability.VIEW, Capability.UPLOAD, Capability.ANNOTATE, Capability.REVIEW}),
    Role.ML_ENGINEER: frozenset({Capability.VIEW, Capability.UPLOAD, Capability.TRAIN}),
    Role.ADMIN: frozenset(Capability),
}

_DEEDS = {
    Capability.VIEW: "see this project",
    Capability.UPLOAD: "upload photos",
    Capability.ANNOTATE: "annotate photos",
    Capability.REVIEW: "review annotations",
    Capability.TRAIN: "freeze datasets, train or promote model versions",
    Capability.MANAGE_QUEUE: "say who does what and in which order",
    Capability.MANAGE_PHOTOS: "delete photos",
    Capability.MANAGE_MEMBERS: "manage members",
}


class Forbidden(DomainError):
    """A member whose role does not allow this."""

    code = "forbidden"


class NotFound(DomainError):
    """There is no such thing, or none that this person may know of: both look the same."""

    code = "not_found"
    default_message = "There is no such thing here."


def get_role(user: User | AnonymousUser, project: Project) -> Role | None:
    """The person's role in the project; None where they are no member, or may not log in."""
    if not user.is_authenticated or not user.is_active:
        return None
    role = Membership.objects.filter(project=project, user=user).values_list("role", flat=True).first()
    return Role(role) if role else None


def check_can(user: User | AnonymousUser, capability: Capability | str, project: Project) -> None:
    """Raises NotFound for those who are no members, and Forbidden for members whose role is not enough."""
    wanted = Capability(capability)
    role = get_role(user, project)
    if role is None:
        raise NotFound
    if wanted not in CAPABILITIES[role]:
        spoken = role.value.replace("_", " ")
        raise Forbidden(f"Your role in this project ({spoken}) does not let you {_DEEDS[wanted]}.")


def can(user: User | AnonymousUser, capability: Capability | str, project: Project) -> bool:
    try:
        check_can(user, capability, project)
    except (NotFound, Forbidden):
        return False
    return True


def check_can_review(user: User, annotation: Annotation) -> None:
    """Reviewers judge the work of others, never their own. Raises NotFound and Forbidden."""
    check_can(user, Capability.REVIEW, annotation.task.project)
    if annotation.author_id == user.pk:
        raise Forbidden("You cannot review your own annotation: somebody else has to.")


def can_review(user: User, annotation: Annotation) -> bool:
    try:
        check_can_review(user, annotation)
    except (NotFound, Forbidden):
        return False
    return True
