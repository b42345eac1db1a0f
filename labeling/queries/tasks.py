"""Human work: what waits for whom, and everything that the editor shows of a task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from labeling import policies
from labeling.differences import Differences, compare_versions
from labeling.models import (
    Annotation,
    Draft,
    Lease,
    LeaseKind,
    Outcome,
    Photo,
    Prediction,
    Project,
    Task,
    User,
)
from labeling.queries.access import get_visible
from labeling.queries.annotations import DIFFERING, list_shown_annotations
from labeling.queries.comments import ShownComment, list_comments
from labeling.queries.guidelines import GuidelineState, get_guideline_state
from labeling.queries.photo_history import version_of
from labeling.queries.predictions import get_newest_prediction
from labeling.states import TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

WAITING: dict[LeaseKind, tuple[TaskState, ...]] = {
    LeaseKind.ANNOTATE: (TaskState.NEW, TaskState.REJECTED, TaskState.SECOND_READING),
    LeaseKind.REVIEW: (TaskState.SUBMITTED,),
    LeaseKind.ADJUDICATE: (TaskState.CONFLICT,),
}
MANY = 1000
"""Where a number only says that there is more than enough to do, counting ends here."""

_FOR_ASSIGNEES = {TaskState.NEW, TaskState.REJECTED}
"""Where what is assigned waits for its assignee alone."""

NEEDED = {
    LeaseKind.ANNOTATE: policies.Capability.ANNOTATE,
    LeaseKind.REVIEW: policies.Capability.REVIEW,
    LeaseKind.ADJUDICATE: policies.Capability.REVIEW,
}


@dataclass(frozen=True, slots=True)
class TaskBundle:
    """A task as its editor shows it: what was read, what was written last, and one's own draft.

    `readings` are the two that an adjudicator chooses from.
    `changes` is what the newest annotation says differently from the prediction.
    """

    task: Task
    photo: Photo
    prediction: Prediction | None
    annotation: Annotation | None
    readings: list[Annotation]
    draft: Draft | None
    lease: Lease | None
    waiting: int
    comments: list[ShownComment]
    changes: Differences
    guidelines: GuidelineState


def get_task(*, user: User | AnonymousUser, task_id: UUID | str, project: Project | None = None) -> Task:
    """Raises NotFound, also for a probe that is somebody else's."""
    rows = Task.with_probes.filter(Q(is_probe=False) | Q(assignee_id=user.pk))
    rows = rows.select_related("project", "photo")
    return get_visible(rows, user=user, key=task_id, project=project)


def list_waiting(*, project: Project, user: User, kind: LeaseKind) -> QuerySet[Task]:
    """The tasks that wait for this kind of work by this person, the one that comes first first.

    What is assigned waits for its assignee alone, and then for whoever reads it a second time. Nobody reads a
    photo twice, reviews their own annotation, or settles a conflict that they are part of.
    """
    rows = Task.with_probes.filter(project=project, state__in=WAITING[kind])
    own = Annotation.objects.filter(task=OuterRef("pk"), author=user)
    if kind == LeaseKind.ANNOTATE:
        second = Q(state=TaskState.SECOND_READING)
        rows = rows.filter(Q(assignee=None) | Q(assignee=user) | second).exclude(second & Exists(own))
        return _order(rows.filter(Q(is_probe=False) | Q(assignee=user)))
    rows = rows.filter(is_probe=False)
    if kind == LeaseKind.REVIEW:
        judged = Annotation.objects.filter(task=OuterRef("pk"), revision=OuterRef("revision"), is_blind=True)
        newest = own.filter(revision=OuterRef("revision"))
        rows = rows.exclude(Exists(newest) | Exists(own) & Exists(judged))
    else:
        rows = rows.exclude(Exists(own))
    return _order(rows)


def _order(rows: QuerySet[Task]) -> QuerySet[Task]:
    return rows.order_by("-priority", "created_at", "id")


def list_lines(*, project: Project, user: User, kind: LeaseKind) -> list[QuerySet[Task]]:
    """The same tasks as separate lines, the one whose first task comes first of all first; no empty ones.

    Each line is read along an index that has its order, however long it is and whatever else waits.
    """
    waiting = list_waiting(project=project, user=user, kind=kind)
    lines = [waiting.filter(state=state) for state in WAITING[kind] if state not in _FOR_ASSIGNEES]
    for state in set(WAITING[kind]) & _FOR_ASSIGNEES:
        lines += [waiting.filter(state=state, assignee=owner) for owner in (None, user)]
    heads = [
        line.annotate(number=Value(number)).values_list("priority", "created_at", "id", "number")[:1]
        for number, line in enumerate(lines)
    ]
    first, *others = heads
    begun = sorted(first.union(*others, all=True), key=lambda head: (-head[0], head[1], head[2]))
    return [lines[number] for _, _, _, number in begun]


def count_waiting(*, project: Project, user: User, kind: LeaseKind, most: int | None = None) -> int:
    """How many tasks wait for this person; counting ends at `most`."""
    return list_waiting(project=project, user=user, kind=kind).order_by()[:most].count()


def work_waiting(*, project: Project, user: User | AnonymousUser, most: int | None = None) -> dict[str, int]:
    """How many tasks wait for this person, by kind of work, each up to `most`; 0 where their role does not
    do it.
    """
    counts = dict.fromkeys((kind.value for kind in LeaseKind), 0)
    role = policies.get_role(user, project)
    for kind in LeaseKind:
        if isinstance(user, User) and role and NEEDED[kind] in policies.CAPABILITIES[role]:
            counts[kind.value] = count_waiting(project=project, user=user, kind=kind, most=most)
    return counts


def find_own_lease(*, project: Project, holder: User, now: datetime) -> Lease | None:
    """What the person has in hand in the project, the one at hand before the one ahead; None: nothing."""
    own = Lease.objects.filter(task__project=project, holder=holder, ended_at=None, expires_at__gt=now)
    return own.select_related("task__photo").order_by("created_at").first()


def find_own_skip(*, task: Task, person: User | AnonymousUser) -> QuerySet[Lease]:
    """The lease under which the task was skipped, where it still is and the person did it; else none."""
    newest = Lease.objects.filter(task=task, end_reason="skipped").order_by("-ended_at").values("pk")[:1]
    return Lease.objects.filter(pk__in=newest, holder_id=person.pk, task__state=TaskState.SKIPPED)


def get_task_bundle(*, task: Task, user: User, lease: Lease | None = None) -> TaskBundle:
    """Everything that the editor needs. Raises NotFound for those who are not in the project.

    A reviewer is shown the annotation, an annotator the newest one too, as work goes on from there; a second
    reader is shown none, and an adjudicator both readings.
    """
    policies.check_can(user, policies.Capability.VIEW, task.project)
    kind = LeaseKind(lease.kind) if lease else LeaseKind.ANNOTATE
    shown = list_shown_annotations(task=task, user=user)
    is_conflict = task.state in DIFFERING
    prediction = get_newest_prediction(photo=task.photo)
    newest = next((row for row in shown if row.revision == task.revision and not is_conflict), None)
    return TaskBundle(
        task=task,
        photo=task.photo,
        prediction=prediction,
        annotation=newest,
        readings=shown[1::-1] if is_conflict else [],
        draft=_find_draft(task, user),
        lease=lease,
        waiting=count_waiting(project=task.project, user=user, kind=kind, most=MANY),
        comments=list_comments(task=task, viewer=user),
        changes=_find_changes(prediction, newest),
        guidelines=get_guideline_state(project=task.project, user=user),
    )


def _find_changes(prediction: Prediction | None, annotation: Annotation | None) -> Differences:
    if prediction is None or annotation is None or annotation.outcome != Outcome.READ:
        return Differences()
    return compare_versions(version_of(prediction), version_of(annotation))


def _find_draft(task: Task, user: User) -> Draft | None:
    """One's own draft, unless somebody has submitted since: it would only lead to a stale revision."""
    return Draft.objects.filter(task=task, author=user, base_revision=task.revision).first()
