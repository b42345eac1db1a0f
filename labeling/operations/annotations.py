"""Drafts and annotations: written under a lease, each on top of the revision that its author saw."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from labeling.errors import DomainError
from labeling.models import Annotation, Draft, Lease, LeaseKind, Outcome, Prediction, Task, User
from labeling.operations import leases
from labeling.operations.best_values import refresh_best_value
from labeling.operations.inputs import (
    clean_characters,
    clean_draft_text,
    clean_reason,
    clean_region,
    clean_text,
)
from labeling.operations.probes import score_probe
from labeling.operations.routes import choose_route
from labeling.operations.transitions import move
from labeling.states import TaskState


class StaleRevision(DomainError):
    """There is a newer annotation than the one this is based on; `fields` names its revision."""

    code = "stale_revision"
    default_message = "There is a newer annotation of this photo. Load it before you go on."


def save_draft(
    *,
    lease_id: uuid.UUID | str,
    holder: User,
    text: str,
    characters: Any,
    region: Any,
    base_revision: int,
    now: datetime,
) -> Draft:
    """Keep what was typed so far. Raises LeaseLost, StaleRevision, InvalidText, InvalidCharacters.

    A draft is its author's alone and replaced at every save, so it has no audit event.
    """
    lease = leases.get_own_lease(lease_id, holder)
    photo = lease.task.photo
    cleaned = clean_draft_text(text)
    values = {
        "text": cleaned,
        "characters": clean_characters(characters, text=cleaned, width=photo.width, height=photo.height),
        "region": clean_region(region, width=photo.width, height=photo.height),
        "base_revision": base_revision,
        "saved_at": now,
    }
    with transaction.atomic():
        task = leases.lock_held_lease(lease, kind=LeaseKind(lease.kind), now=now)
        check_revision(task, base_revision)
        draft, _ = Draft.objects.update_or_create(task=task, author=holder, defaults=values)
    return draft


def submit_annotation(
    *,
    lease_id: uuid.UUID | str,
    holder: User,
    text: str,
    characters: Any,
    region: Any,
    base_revision: int,
    now: datetime,
    keystrokes: int | None = None,
    active_ms: int | None = None,
) -> Annotation:
    """Submit the text and the boxes; the same lease submits once, however often it is sent.

    What follows is the quality policy's to say: a review, or none.
    Raises LeaseLost, StaleRevision, InvalidText, InvalidCharacters, NotFound, Forbidden.
    """
    lease = leases.get_own_lease(lease_id, holder)
    photo = lease.task.photo
    cleaned = clean_text(text)
    content = {
        "outcome": Outcome.READ,
        "text": cleaned,
        "characters": clean_characters(characters, text=cleaned, width=photo.width, height=photo.height),
        "region": clean_region(region, width=photo.width, height=photo.height),
        "keystrokes": keystrokes,
        "active_ms": active_ms,
    }
    return _submit(lease, holder, content, base_revision, now)


def mark_unreadable(
    *,
    lease_id: uuid.UUID | str,
    holder: User,
    reason: str,
    base_revision: int,
    now: datetime,
    keystrokes: int | None = None,
    active_ms: int | None = None,
) -> Annotation:
    """Say why nobody can read this photo; a reviewer has the last word.

    Raises LeaseLost, StaleRevision, InvalidReason, NotFound, Forbidden.
    """
    lease = leases.get_own_lease(lease_id, holder)
    content = {
        "outcome": Outcome.UNREADABLE,
        "unreadable_reason": clean_reason(reason, what="the reason why it cannot be read"),
        "keystrokes": keystrokes,
        "active_ms": active_ms,
    }
    return _submit(lease, holder, content, base_revision, now)


def skip_task(*, lease_id: uuid.UUID | str, holder: User, reason: str, now: datetime) -> Task:
    """Lay a task aside with a reason, for a reviewer to put back. Raises LeaseLost, InvalidReason."""
    lease = leases.get_own_lease(lease_id, holder)
    cleaned = clean_reason(reason, what="the reason why you skip it")
    with transaction.atomic():
        task = leases.lock_held_lease(lease, kind=LeaseKind.ANNOTATE, now=now)
        leases.end_lease(lease, reason="skipped", now=now)
        facts = {"reason": cleaned}
        changes: dict[str, Any] = {"skip_reason": cleaned, "updated_at": now}
        # What one person has read and a second one lays aside is for a reviewer to look at.
        state = TaskState.SUBMITTED if task.state == TaskState.IN_SECOND_READING else TaskState.SKIPPED
        move(task, state, by=holder, verb="task.skipped", now=now, data=facts, **changes)
        refresh_best_value(task.photo)
    return task


def check_revision(task: Task, base_revision: int) -> None:
    """Raises StaleRevision."""
    if task.revision != base_revision:
        raise StaleRevision(fields={"current_revision": task.revision})


def add_annotation(
    *, task: Task, lease: Lease, author: User, content: dict[str, Any], now: datetime
) -> Annotation:
    """The next revision of a task that the caller has locked."""
    shown = Prediction.objects.filter(photo_id=task.photo_id, created_at__lte=lease.created_at)
    return Annotation.objects.create(
        task=task,
        revision=task.revision + 1,
        base_revision=task.revision,
        author=author,
        lease=lease,
        prediction=shown.order_by("-created_at", "-id").first(),
        created_at=now,
        **content,
    )


def _submit(
    lease: Lease, holder: User, content: dict[str, Any], base_revision: int, now: datetime
) -> Annotation:
    with transaction.atomic():
        Task.with_probes.select_for_update(no_key=True).get(pk=lease.task_id)
        done = Annotation.objects.filter(lease=lease, lease__kind=LeaseKind.ANNOTATE).first()
        if done is not None:
            return done  # a double click, or a retry after the answer was lost on its way
        task = leases.lock_held_lease(lease, kind=LeaseKind.ANNOTATE, now=now)
        check_revision(task, base_revision)
        content["is_blind"] = task.state == TaskState.IN_SECOND_READING
        annotation = add_annotation(task=task, lease=lease, author=holder, content=content, now=now)
        leases.end_lease(lease, reason="submitted", now=now)
        Draft.objects.filter(task=task, author=holder).delete()
        route = choose_route(task=task, annotation=annotation)
        move(
            task,
            route.state,
            by=holder,
            verb="annotation.submitted",
            now=now,
            data={"annotation": str(annotation.pk), "revision": annotation.revision},
            only_if={"revision": base_revision},
            revision=annotation.revision,
            decided_by=route.decided_by.value,
            rejection_reason="",
            updated_at=now,
        )
        refresh_best_value(task.photo)
        if task.is_probe:
            score_probe(task=task, annotation=annotation, now=now)
    return annotation
