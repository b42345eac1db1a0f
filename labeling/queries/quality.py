"""How work is checked: the policy in force, those before it, and how often each person was found wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from labeling.models import (
    Membership,
    Probe,
    Project,
    QualityPolicy,
    Review,
    Role,
    SpotCheck,
    User,
    Verdict,
)
from labeling.policies import CAPABILITIES, Capability
from labeling.queries.probes import list_known
from labeling.routing import MeasuredError, share_to_review

RECENT_TRIALS = 200
"""Of a person the newest judgements count: people learn."""

Trial = tuple[datetime, bool]
"""When a reading was judged, and whether it was wrong."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who annotates: how often they were found wrong, and what share of theirs is reviewed now."""

    user: User
    measured: MeasuredError
    by_reviews: MeasuredError
    by_checks: MeasuredError
    by_probes: MeasuredError
    share: float


@dataclass(frozen=True, slots=True)
class Means:
    """What a project has to check its work with: known photos, people who annotate, people who review."""

    known: int
    readers: int
    judges: int


def get_policy(*, project: Project) -> QualityPolicy:
    """The policy in force; number 0, with the defaults, where nobody has set one."""
    newest = QualityPolicy.objects.filter(project=project).select_related("made_by").order_by("-number")
    return newest.first() or QualityPolicy(project=project)


def list_policies(*, project: Project) -> list[QualityPolicy]:
    """Every version that somebody set, newest first."""
    rows = QualityPolicy.objects.filter(project=project).select_related("made_by")
    return list(rows.order_by("-number"))


def measure_error(*, project: Project, user: User) -> MeasuredError:
    """How often this person was found wrong, by reviewers, in spot checks and on known photos, of their
    newest judgements.
    """
    lists = (_list_reviewed, _list_checked, _list_probed)
    trials = sorted(chain.from_iterable(each(project, user) for each in lists), reverse=True)
    newest = [is_wrong for _, is_wrong in trials[:RECENT_TRIALS]]
    return MeasuredError(errors=sum(newest), trials=len(newest))


def _list_reviewed(project: Project, user: User) -> list[Trial]:
    """Wrong is what a reviewer or an adjudicator fixed or sent back."""
    judged = Review.objects.filter(author=user, annotation__task__project=project).order_by("-created_at")
    rows = judged.values_list("created_at", "verdict")[:RECENT_TRIALS]
    return [(moment, verdict != Verdict.ACCEPTED) for moment, verdict in rows]


def _list_checked(project: Project, user: User) -> list[Trial]:
    """What the policy let pass, as a reviewer found it on a sheet."""
    checked = SpotCheck.objects.filter(annotation__author=user, task__project=project)
    rows = checked.order_by("-checked_at").values_list("checked_at", "is_right")[:RECENT_TRIALS]
    return [(moment, not is_right) for moment, is_right in rows]


def _list_probed(project: Project, user: User) -> list[Trial]:
    scored = Probe.objects.filter(person=user, known__project=project, scored_at__isnull=False)
    rows = scored.order_by("-scored_at").values_list("scored_at", "is_right")[:RECENT_TRIALS]
    return [(moment, not is_right) for moment, is_right in rows if moment is not None]


def can_read_twice(*, project: Project, author: User) -> bool:
    """Whether there are people for a second reading, and for a third look where the two differ."""
    members = list(Membership.objects.filter(project=project, user__is_active=True).exclude(user=author))
    readers = [m for m in members if Capability.ANNOTATE in CAPABILITIES[Role(m.role)]]
    return len(readers) >= 2 and any(Capability.REVIEW in CAPABILITIES[Role(m.role)] for m in members)


def count_means(*, project: Project) -> Means:
    members = Membership.objects.filter(project=project, user__is_active=True)
    granted = [CAPABILITIES[Role(role)] for role in members.values_list("role", flat=True)]
    return Means(
        known=list_known(project=project).count(),
        readers=sum(Capability.ANNOTATE in each for each in granted),
        judges=sum(Capability.REVIEW in each for each in granted),
    )


def list_measured(*, project: Project) -> list[Standing]:
    """Everybody whose role annotates, by name."""
    policy = get_policy(project=project)
    roles = [role.value for role, granted in CAPABILITIES.items() if Capability.ANNOTATE in granted]
    members = Membership.objects.filter(project=project, role__in=roles).select_related("user")
    return [_stand(policy, member.user) for member in members.order_by("user__username")]


def _stand(policy: QualityPolicy, user: User) -> Standing:
    project = policy.project
    measured = measure_error(project=project, user=user)
    return Standing(
        user=user,
        measured=measured,
        by_reviews=_count(_list_reviewed(project, user)),
        by_checks=_count(_list_checked(project, user)),
        by_probes=_count(_list_probed(project, user)),
        share=share_to_review(policy, measured),
    )


def _count(trials: list[Trial]) -> MeasuredError:
    return MeasuredError(errors=sum(is_wrong for _, is_wrong in trials), trials=len(trials))
