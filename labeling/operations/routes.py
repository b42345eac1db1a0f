"""What becomes of a task when somebody submits: the facts of the moment, put to the rules of routing.py."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from labeling.models import Annotation, DecidedBy, Outcome, Project, QualityPolicy, Task, User
from labeling.queries.quality import can_read_twice, get_policy, measure_error
from labeling.routing import draw, share_to_review
from labeling.states import TaskState


@dataclass(frozen=True, slots=True)
class Route:
    """The state that follows, and by what the task is decided, where it is."""

    state: TaskState
    decided_by: DecidedBy = DecidedBy.NOBODY


REVIEW = Route(TaskState.SUBMITTED)


def choose_route(*, task: Task, annotation: Annotation) -> Route:
    """Where the annotation goes that was just added to a task, which the caller has locked.

    What was sent back and what is marked unreadable is always reviewed, unless two readings differ in it. A
    probe ends where most photos wait, and no list of reviewers has it.
    """
    if task.is_probe:
        return REVIEW
    if annotation.is_blind:
        return _compare(task, annotation)
    if task.rejection_reason or annotation.outcome != Outcome.READ:
        return REVIEW
    policy = get_policy(project=task.project)
    is_drawn = draw_for(task.project, "second reading", task.pk) < policy.double_share
    if is_drawn and can_read_twice(project=task.project, author=annotation.author):
        return Route(TaskState.SECOND_READING)
    return _review_or_accept(policy, task, [annotation.author], DecidedBy.POLICY)


def _compare(task: Task, second: Annotation) -> Route:
    first = Annotation.objects.select_related("author").get(task=task, revision=second.base_revision)
    if not second.says_the_same(first):
        return Route(TaskState.CONFLICT)
    policy = get_policy(project=task.project)
    return _review_or_accept(policy, task, [first.author, second.author], DecidedBy.CONSENSUS)


def _review_or_accept(policy: QualityPolicy, task: Task, authors: list[User], decided_by: DecidedBy) -> Route:
    """By the largest of the authors' shares."""
    share = max(_find_share(policy, author) for author in authors)
    if draw_for(task.project, "review", task.pk) < share:
        return REVIEW
    return Route(TaskState.ACCEPTED, decided_by)


def _find_share(policy: QualityPolicy, author: User) -> float:
    if not policy.is_adaptive:
        return policy.review_share  # every submit comes here, and what it needs not know it does not ask
    return share_to_review(policy, measure_error(project=policy.project, user=author))


def draw_for(project: Project, purpose: str, about: object) -> float:
    """The draw of this project, under the server's secret."""
    return draw(key=f"{settings.SECRET_KEY}:{project.pk}", purpose=purpose, about=about)
