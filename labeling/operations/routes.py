"""What becomes of a task when somebody submits: the facts of the moment, put to the rules of routing.py."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from labeling.models import Annotation, DecidedBy, Outcome, Project, Task
from labeling.queries.quality import get_policy, measure_error
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

    What was sent back and what is marked unreadable is always reviewed.
    """
    if task.rejection_reason or annotation.outcome != Outcome.READ:
        return REVIEW
    policy = get_policy(project=task.project)
    measured = measure_error(project=task.project, user=annotation.author)
    if draw_for(task.project, "review", task.pk) < share_to_review(policy, measured):
        return REVIEW
    return Route(TaskState.ACCEPTED, DecidedBy.POLICY)


def draw_for(project: Project, purpose: str, about: object) -> float:
    """The draw of this project, under the server's secret."""
    return draw(key=f"{settings.SECRET_KEY}:{project.pk}", purpose=purpose, about=about)
