"""Where the characters of labels are that are accepted already, as imports tell it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inference.geometry import quad_from_points
from labeling.models import Annotation, Task, User
from labeling.operations import audit
from labeling.operations.transitions import Conflict
from labeling.states import TaskState

SAME = 1.0
"""Pixels by which corners may differ and still be the same: some formats round."""

Points = list[list[float]]
Characters = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Places:
    """The region of a label, and its characters with their boxes; None and empty where nobody knows."""

    region: Points | None
    characters: Characters

    @property
    def has_boxes(self) -> bool:
        return any(character["quad"] is not None for character in self.characters)

    def fill(self, other: Places) -> Places:
        """These, and those of the other where these say nothing."""
        return Places(self.region or other.region, self.characters if self.has_boxes else other.characters)

    def is_like(self, other: Places) -> bool:
        return _are_like(self._list_quads(), other._list_quads())

    def _list_quads(self) -> dict[int, Points | None]:
        """By index, the region before the characters."""
        return {-1: self.region} | {character["index"]: character["quad"] for character in self.characters}


def merge_places(label: Annotation, imported: Places) -> Places | None:
    """The places of a label with those of an import; None where they are what the label says already.

    What a person placed in the editor stays, what an import placed gives way to a newer import.
    """
    known = Places(label.region, label.characters)
    by_hand = Annotation.objects.filter(task=label.task_id, lease__isnull=False).order_by("-revision").first()
    drawn = Places(by_hand.region, by_hand.characters) if by_hand else Places(None, [])
    places = drawn.fill(imported).fill(known)
    return None if places.is_like(known) else places


def place_label(
    *, task: Task, text: str, imported: Places, by: User, now: datetime, data: dict[str, str]
) -> Annotation | None:
    """The next revision of an accepted label, with the same text and the places of an import; None where
    they add nothing.

    It is no reading, so that the label stays accepted and its text whose it was. The caller has locked the
    task. Raises Conflict where the task is not accepted with this text.
    """
    label = Annotation.objects.filter(task=task, revision=task.revision).first()
    if label is None or task.state != TaskState.ACCEPTED or label.text != text:
        raise Conflict
    places = merge_places(label, imported)
    if places is None:
        return None
    placed = Annotation.objects.create(
        task=task,
        revision=task.revision + 1,
        base_revision=task.revision,
        text=label.text,
        region=places.region,
        characters=places.characters,
        outcome=label.outcome,
        source=label.source,
        prediction=label.prediction,
        author=by,
        created_at=now,
    )
    # `updated_at` says since when it is accepted, and stays.
    Task.objects.filter(pk=task.pk).update(revision=placed.revision)
    facts = {"annotation": str(placed.pk), "revision": placed.revision, **data}
    audit.record(project=task.project, actor=by, verb="annotation.placed", on=task, now=now, data=facts)
    return placed


def _are_like(first: dict[int, Points | None], second: dict[int, Points | None]) -> bool:
    return first.keys() == second.keys() and all(_is_like(first[key], second[key]) for key in first)


def _is_like(first: Points | None, second: Points | None) -> bool:
    if first is None or second is None:
        return first is second
    corners = zip(quad_from_points(first), quad_from_points(second), strict=True)
    return all(max(abs(x - u), abs(y - v)) < SAME for (x, y), (u, v) in corners)
