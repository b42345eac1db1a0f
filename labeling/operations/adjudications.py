"""Adjudication: a third person settles what two independent readings say differently."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from labeling import policies
from labeling.models import (
    Annotation,
    DecidedBy,
    Draft,
    LeaseKind,
    Outcome,
    Photo,
    Review,
    Task,
    User,
    Verdict,
)
from labeling.operations import leases
from labeling.operations.annotations import add_annotation, check_revision
from labeling.operations.best_values import refresh_best_value
from labeling.operations.inputs import clean_characters, clean_reason, clean_region, clean_text
from labeling.operations.transitions import move
from labeling.queries.annotations import list_differing
from labeling.states import TaskState


def submit_adjudication(
    *,
    lease_id: uuid.UUID | str,
    adjudicator: User,
    outcome: Outcome | str,
    base_revision: int,
    now: datetime,
    reason: str = "",
    text: str = "",
    characters: Any = (),
    region: Any = None,
    keystrokes: int | None = None,
    active_ms: int | None = None,
) -> Annotation:
    """Say what the photo shows, or why nobody can read it; the same lease decides once.

    The decision is a revision of the adjudicator's own, and a verdict on each of the two readings.
    Raises LeaseLost, StaleRevision, Forbidden, NotFound, InvalidReason, InvalidText, InvalidCharacters.
    """
    lease = leases.get_own_lease(lease_id, adjudicator)
    content = _clean(Outcome(outcome), lease.task.photo, text, characters, region, reason)
    content |= {"keystrokes": keystrokes, "active_ms": active_ms}
    with transaction.atomic():
        Task.with_probes.select_for_update(no_key=True).get(pk=lease.task_id)
        done = Annotation.objects.filter(lease=lease, lease__kind=LeaseKind.ADJUDICATE).first()
        if done is not None:
            return done
        task = leases.lock_held_lease(lease, kind=LeaseKind.ADJUDICATE, now=now)
        check_revision(task, base_revision)
        policies.check_has_not_read(adjudicator, task)
        readings = list_differing(task=task)
        decision = add_annotation(task=task, lease=lease, author=adjudicator, content=content, now=now)
        leases.end_lease(lease, reason="adjudicated", now=now)
        Draft.objects.filter(task=task, author=adjudicator).delete()
        for reading in readings:
            _judge(reading, decision)
        _settle(task, decision)
    return decision


def _clean(
    outcome: Outcome, photo: Photo, text: Any, characters: Any, region: Any, reason: Any
) -> dict[str, Any]:
    if outcome == Outcome.UNREADABLE:
        why = clean_reason(reason, what="the reason why it cannot be read")
        return {"outcome": outcome, "unreadable_reason": why}
    cleaned = clean_text(text)
    return {
        "outcome": outcome,
        "text": cleaned,
        "characters": clean_characters(characters, text=cleaned, width=photo.width, height=photo.height),
        "region": clean_region(region, width=photo.width, height=photo.height),
    }


def _judge(reading: Annotation, decision: Annotation) -> Review:
    """A verdict without a lease of its own: the decision has that."""
    is_right = reading.says_the_same(decision)
    return Review.objects.create(
        annotation=reading,
        author=reading.author,
        reviewer=decision.author,
        verdict=Verdict.ACCEPTED if is_right else Verdict.FIXED_AND_ACCEPTED,
        corrected=None if is_right else decision,
        created_at=decision.created_at,
    )


def _settle(task: Task, decision: Annotation) -> None:
    is_read = decision.outcome == Outcome.READ
    move(
        task,
        TaskState.ACCEPTED if is_read else TaskState.UNREADABLE,
        by=decision.author,
        verb="adjudication.submitted",
        now=decision.created_at,
        data={"annotation": str(decision.pk), "revision": decision.revision},
        revision=decision.revision,
        decided_by=DecidedBy.ADJUDICATION.value,
        updated_at=decision.created_at,
    )
    refresh_best_value(task.photo)
