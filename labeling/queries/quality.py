"""How work is checked: the policy in force, those before it, and how often each person was found wrong."""

from __future__ import annotations

from dataclasses import dataclass

from labeling.models import Membership, Project, QualityPolicy, Review, Role, User, Verdict
from labeling.policies import CAPABILITIES, Capability
from labeling.routing import MeasuredError, share_to_review

RECENT_TRIALS = 200
"""Of a person the newest judgements count: people learn."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who annotates: how often they were found wrong, and what share of theirs is reviewed now."""

    user: User
    measured: MeasuredError
    share: float


def get_policy(*, project: Project) -> QualityPolicy:
    """The policy in force; number 0, with the defaults, where nobody has set one."""
    newest = QualityPolicy.objects.filter(project=project).select_related("made_by").order_by("-number")
    return newest.first() or QualityPolicy(project=project)


def list_policies(*, project: Project) -> list[QualityPolicy]:
    """Every version that somebody set, newest first."""
    rows = QualityPolicy.objects.filter(project=project).select_related("made_by")
    return list(rows.order_by("-number"))


def measure_error(*, project: Project, user: User) -> MeasuredError:
    """How often reviewers fixed or rejected what this person submitted, among their newest judgements."""
    judged = Review.objects.filter(author=user, annotation__task__project=project).order_by("-created_at")
    verdicts = list(judged.values_list("verdict", flat=True)[:RECENT_TRIALS])
    return MeasuredError(errors=sum(v != Verdict.ACCEPTED for v in verdicts), trials=len(verdicts))


def can_read_twice(*, project: Project, author: User) -> bool:
    """Whether there are people for a second reading, and for a third look where the two differ."""
    members = list(Membership.objects.filter(project=project, user__is_active=True).exclude(user=author))
    readers = [m for m in members if Capability.ANNOTATE in CAPABILITIES[Role(m.role)]]
    return len(readers) >= 2 and any(Capability.REVIEW in CAPABILITIES[Role(m.role)] for m in members)


def list_measured(*, project: Project) -> list[Standing]:
    """Everybody whose role annotates, by name."""
    policy = get_policy(project=project)
    roles = [role.value for role, granted in CAPABILITIES.items() if Capability.ANNOTATE in granted]
    members = Membership.objects.filter(project=project, role__in=roles).select_related("user")
    return [_stand(policy, member.user) for member in members.order_by("user__username")]


def _stand(policy: QualityPolicy, user: User) -> Standing:
    measured = measure_error(project=policy.project, user=user)
    return Standing(user, measured, share_to_review(policy, measured))
