"""How work is checked: the policy in force, those before it, and how often each person was found wrong."""

from __future__ import annotations

from dataclasses import dataclass

from labeling.models import Membership, Project, QualityPolicy, Role, User
from labeling.policies import CAPABILITIES, Capability
from labeling.queries.probes import count_known
from labeling.queries.trials import Trials, count_trials
from labeling.routing import MeasuredError, share_to_review

MOST_KNOWN = 1000
"""Far more than enough: counting ends here."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who annotates: how often they were found wrong, and what share of theirs is reviewed now."""

    member: Membership
    measured: MeasuredError
    by_reviews: MeasuredError
    by_checks: MeasuredError
    by_probes: MeasuredError
    share: float

    @property
    def user(self) -> User:
        return self.member.user


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
    return count_trials(project=project, people=[user])[user.pk].all


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
    rows = Membership.objects.filter(project=project, role__in=roles).select_related("user")
    members = list(rows.order_by("user__username"))
    trials = count_trials(project=project, people=[member.user for member in members])
    return [_stand(policy, member, trials[member.user_id]) for member in members]


def _stand(policy: QualityPolicy, member: Membership, trials: Trials) -> Standing:
    return Standing(
        member=member,
        measured=trials.all,
        by_reviews=trials.by_reviews,
        by_checks=trials.by_checks,
        by_probes=trials.by_probes,
        share=share_to_review(policy, trials.all),
    )
