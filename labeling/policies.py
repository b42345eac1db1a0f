"""Who may do what. Written once: `check_...` raises, `can...` is derived from the same table."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from labeling.errors import DomainError
from labeling.models import Annotation, Draft, Membership, Project, Role, Task, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Capability(StrEnum):
    VIEW = "view"
    UPLOAD = "upload"
    ANNOTATE = "annotate"
    REVIEW = "review"
    TRAIN = "train"
    MANAGE_QUEUE = "manage_queue"
    IMPORT = "import"
    MANAGE_PHOTOS = "manage_photos"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_POLICY = "manage_policy"
    SEE_QUALITY = "see_quality"
    SEE_PEOPLE = "see_people"
    WRITE_GUIDELINES = "write_guidelines"


CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.ANNOTATOR: frozenset({Capability.VIEW, Capability.UPLOAD, Capability.ANNOTATE}),
    Role.REVIEWER: frozenset(
        {
            Capability.VIEW,
            Capability.UPLOAD,
            Capability.ANNOTATE,
            Capability.REVIEW,
            Capability.SEE_QUALITY,
        }
    ),
    Role.ML_ENGINEER: frozenset(
        {Capability.VIEW, Capability.UPLOAD, Capability.TRAIN, Capability.SEE_QUALITY}
    ),
    Role.ADMIN: frozenset(Capability),
}

_DEEDS = {
    Capability.VIEW: "see this project",
    Capability.UPLOAD: "upload photos",
    Capability.ANNOTATE: "annotate photos",
    Capability.REVIEW: "review annotations",
    Capability.TRAIN: "freeze datasets, train or promote model versions",
    Capability.MANAGE_QUEUE: "say who does what and in which order",
    Capability.IMPORT: "import labels, which no second person need see",
    Capability.MANAGE_PHOTOS: "delete photos",
    Capability.MANAGE_MEMBERS: "manage members",
    Capability.MANAGE_POLICY: "see or set how work is checked",
    Capability.SEE_QUALITY: "see how well the project is annotated",
    Capability.SEE_PEOPLE: "see how well others work",
    Capability.WRITE_GUIDELINES: "write the guidelines",
}


class Forbidden(DomainError):
    """A member whose role does not allow this."""

    code = "forbidden"


class NotFound(DomainError):
    """There is no such thing, or none that this person may know of: both look the same."""

    code = "not_found"
    default_message = "There is no such thing here."


def list_roles(capability: Capability) -> list[Role]:
    """The roles that may do this."""
    return [role for role, granted in CAPABILITIES.items() if capability in granted]


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
    if annotation.is_blind:
        check_has_not_read(user, annotation.task)


def check_has_not_read(user: User, task: Task) -> None:
    """Independent readings are of different people, and a third one judges them. Raises Forbidden."""
    if has_read(user, task):
        raise Forbidden("You have read this photo yourself: somebody else has to look at it now.")


def has_read(user: User, task: Task) -> bool:
    return Annotation.objects.filter(task=task, author=user).exists()


def can_review(user: User, annotation: Annotation) -> bool:
    try:
        check_can_review(user, annotation)
    except (NotFound, Forbidden):
        return False
    return True


def check_can_see_work(user: User | AnonymousUser, person: User, project: Project) -> None:
    """How somebody works is theirs and the admins' to see. Raises NotFound and Forbidden."""
    is_own = user.is_authenticated and user.pk == person.pk
    check_can(user, Capability.VIEW if is_own else Capability.SEE_PEOPLE, project)


def can_see_draft(user: User | AnonymousUser, draft: Draft) -> bool:
    """What nobody has submitted is its author's; admins see it too, to help when somebody is stuck."""
    return draft.author_id == user.pk or can(user, Capability.MANAGE_MEMBERS, draft.task.project)
