"""How work is checked: the policy in force, those before it, and how often each person was found wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import QuerySet

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
from labeling.queries.probes import count_known
from labeling.routing import MeasuredError, share_to_review

RECENT_TRIALS = 200
"""Of a person the newest judgements count: people learn."""

MOST_KNOWN = 1000
"""Far more than enough: counting ends here."""

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
    """What a project has to check its work with: known photos (up to MOST_KNOWN), people who annotate, people
    who review.
    """

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
    return _measure(*(trials.get(user.pk, []) for trials in _list_trials(project, [user])))


def _measure(*kinds: list[Trial]) -> MeasuredError:
    newest = sorted(chain(*kinds), reverse=True)[:RECENT_TRIALS]
    return MeasuredError(errors=sum(is_wrong for _, is_wrong in newest), trials=len(newest))


def _list_trials(project: Project, people: Sequence[User]) -> list[dict[int, list[Trial]]]:
    """The newest judgements of each person by reviewers, in spot checks and on known photos: a statement for
    each kind, however many people there are.
    """
    return [_gather([rows(project, user) for user in people]) for rows in (_reviewed, _checked, _probed)]


def _gather(lists: Sequence[QuerySet[Any, Any]]) -> dict[int, list[Trial]]:
    found: dict[int, list[Trial]] = {}
    if lists:
        for person, moment, judgement in lists[0].union(*lists[1:], all=True):
            found.setdefault(person, []).append((moment, judgement not in _RIGHT))
    return found


_RIGHT = (True, Verdict.ACCEPTED)
"""What a reviewer or an adjudicator fixed or sent back is wrong."""


def _reviewed(project: Project, user: User) -> QuerySet[Any, Any]:
    rows = Review.objects.filter(project=project, author=user).order_by("-created_at")
    return rows.values_list("author", "created_at", "verdict")[:RECENT_TRIALS]


def _checked(project: Project, user: User) -> QuerySet[Any, Any]:
    """What the policy let pass, as a reviewer found it on a sheet."""
    rows = SpotCheck.objects.filter(annotation__author=user, task__project=project).order_by("-checked_at")
    return rows.values_list("annotation__author", "checked_at", "is_right")[:RECENT_TRIALS]


def _probed(project: Project, user: User) -> QuerySet[Any, Any]:
    rows = Probe.objects.filter(person=user, known__project=project, scored_at__isnull=False)
    return rows.order_by("-scored_at").values_list("person", "scored_at", "is_right")[:RECENT_TRIALS]


def can_read_twice(*, project: Project, author: User) -> bool:
    """Whether there are people for a second reading, and for a third look where the two differ."""
    members = list(Membership.objects.filter(project=project, user__is_active=True).exclude(user=author))
    readers = [m for m in members if Capability.ANNOTATE in CAPABILITIES[Role(m.role)]]
    return len(readers) >= 2 and any(Capability.REVIEW in CAPABILITIES[Role(m.role)] for m in members)


def count_means(*, project: Project) -> Means:
    members = Membership.objects.filter(project=project, user__is_active=True)
    granted = [CAPABILITIES[Role(role)] for role in members.values_list("role", flat=True)]
    return Means(
        known=count_known(project=project, most=MOST_KNOWN),
        readers=sum(Capability.ANNOTATE in each for each in granted),
        judges=sum(Capability.REVIEW in each for each in granted),
    )


def list_measured(*, project: Project) -> list[Standing]:
    """Everybody whose role annotates, by name."""
    policy = get_policy(project=project)
    roles = [role.value for role, granted in CAPABILITIES.items() if Capability.ANNOTATE in granted]
    members = Membership.objects.filter(project=project, role__in=roles).select_related("user")
    people = [member.user for member in members.order_by("user__username")]
    trials = _list_trials(project, people)
    return [_stand(policy, user, *(kind.get(user.pk, []) for kind in trials)) for user in people]


def _stand(
    policy: QualityPolicy, user: User, reviewed: list[Trial], checked: list[Trial], probed: list[Trial]
) -> Standing:
    measured = _measure(reviewed, checked, probed)
    return Standing(
        user=user,
        measured=measured,
        by_reviews=_measure(reviewed),
        by_checks=_measure(checked),
        by_probes=_measure(probed),
        share=share_to_review(policy, measured),
    )
