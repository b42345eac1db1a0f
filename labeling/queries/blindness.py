"""Blind review: whoever looks at what waits for a verdict is not told whose it is.

Where the project's policy says so, the names of all who worked on a task are replaced for everybody but
themselves, from the submit until the verdict. It is done here, where rows are read, so that neither a page
nor the API can forget it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labeling.models import Annotation, AuditEvent, Draft, Lease, LeaseKind, Project, Task, User
from labeling.queries.annotations import JUDGED, hides_authors
from labeling.queries.quality import get_policy

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

HIDDEN_NAME = "the annotator"
"""No user name holds a space, so that it cannot be mistaken for somebody's."""


@dataclass(frozen=True, slots=True)
class Veil:
    """The people whose names are kept from a viewer, by id, with the names they log in with."""

    hidden: dict[int, str]

    def covers(self, person_id: int | None) -> bool:
        return person_id in self.hidden

    def cover(self, row: Any, field: str = "author") -> Any:
        """The row with a nameless person in the place of one who is hidden; it is for showing only."""
        if self.covers(getattr(row, f"{field}_id")):
            setattr(row, field, User(username=HIDDEN_NAME))
        return row

    def cover_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """An event's facts without those that are a hidden person's id or name."""
        told = {*self.hidden, *self.hidden.values()}
        return {name: fact for name, fact in data.items() if not _is_one_of(fact, told)}


NOTHING_HIDDEN = Veil({})


def _is_one_of(fact: Any, told: set[Any]) -> bool:
    return isinstance(fact, (int, str)) and not isinstance(fact, bool) and fact in told


def find_veil(*, viewer: User | AnonymousUser, task: Task | None) -> Veil:
    """What is kept from this viewer about this task."""
    if task is None or not hides_authors(task):
        return NOTHING_HIDDEN
    return _find_veils([task.pk], viewer).get(task.pk, NOTHING_HIDDEN)


def cover_events(events: Iterable[AuditEvent], *, viewer: User | None, project: Project) -> list[AuditEvent]:
    """The events, those of tasks that wait for a verdict without the names of who worked on them."""
    shown = list(events)
    if viewer is None or not get_policy(project=project).blind_review:
        return shown
    tasks = _find_tasks(shown, project)
    veils = _find_veils(set(tasks.values()), viewer)
    for event in shown:
        veil = veils.get(tasks.get((event.object_type, event.object_id)), NOTHING_HIDDEN)
        veil.cover(event, "actor")
        event.data = veil.cover_data(event.data)
    return shown


def _find_veils(tasks: Iterable[Any], viewer: User | AnonymousUser) -> dict[Any, Veil]:
    """For each of these tasks who else has written to it, or had it in hand to write to it."""
    wanted = {"task__in": list(tasks)}
    workers = [
        *Annotation.objects.filter(**wanted).values_list("task", "author", "author__username"),
        *Draft.objects.filter(**wanted).values_list("task", "author", "author__username"),
        *Lease.objects.filter(**wanted, kind=LeaseKind.ANNOTATE).values_list(
            "task", "holder", "holder__username"
        ),
    ]
    veils: dict[Any, Veil] = {}
    for task, person, name in workers:
        if person != viewer.pk:
            veils.setdefault(task, Veil({})).hidden[person] = name
    return veils


def _find_tasks(events: Sequence[AuditEvent], project: Project) -> dict[tuple[str, str], Any]:
    """The task under review that an event is about, by the type and the id that the event names."""
    named: dict[str, list[str]] = {"task": [], "photo": [], "annotation": []}
    for event in events:
        named.get(event.object_type, []).append(event.object_id)
    rows = Task.with_probes.filter(project=project, state__in=JUDGED)
    ways = {"task": ("pk", rows), "photo": ("photo", rows), "annotation": ("annotations", rows)}
    return {
        (kind, str(key)): task
        for kind, (column, under_review) in ways.items()
        for task, key in under_review.filter(**{f"{column}__in": named[kind]}).values_list("pk", column)
    }
