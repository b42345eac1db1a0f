"""Reviews: a second person accepts, fixes or rejects what the first one submitted."""

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
    Lease,
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
from labeling.operations.comments import add_comment
from labeling.operations.inputs import clean_characters, clean_line, clean_reason, clean_region, clean_text
from labeling.operations.transitions import move
from labeling.states import TaskState


def submit_review(
    *,
    lease_id: uuid.UUID | str,
    reviewer: User,
    verdict: Verdict | str,
    base_revision: int,
    now: datetime,
    reason: str = "",
    text: str = "",
    characters: Any = (),
    region: Any = None,
    keystrokes: int | None = None,
    active_ms: int | None = None,
    comment: str = "",
    comment_index: int | None = None,
) -> Review:
    """Judge the newest annotation; the same lease judges once, however often it is sent.

    `fixed_and_accepted` takes the text and the boxes as the reviewer left them; a rejection needs a reason
    and goes back to the annotators. A comment, on the photo or on a character, is kept with it.

    Raises LeaseLost, StaleRevision, Forbidden, NotFound, InvalidReason, InvalidText, InvalidCharacters,
    InvalidComment.
    """
    verdict = Verdict(verdict)
    lease = leases.get_own_lease(lease_id, reviewer)
    correction = _clean_correction(verdict, lease.task.photo, text, characters, region)
    is_rejection = verdict == Verdict.REJECTED
    judgement = {
        "verdict": verdict,
        "reason": clean_reason(reason) if is_rejection or clean_line(reason) else "",
        "keystrokes": keystrokes,
        "active_ms": active_ms,
    }
    with transaction.atomic():
        Task.with_probes.select_for_update(no_key=True).get(pk=lease.task_id)
        done = Review.objects.filter(lease=lease).first()
        if done is not None:
            return done
        task = leases.lock_held_lease(lease, kind=LeaseKind.REVIEW, now=now)
        check_revision(task, base_revision)
        if comment.strip():
            add_comment(task=task, author=reviewer, text=comment, index=comment_index, now=now)
        review = _record(task, lease, reviewer, judgement, correction, now)
        _decide(task, review, now)
    return review


def _clean_correction(
    verdict: Verdict, photo: Photo, text: Any, characters: Any, region: Any
) -> dict[str, Any] | None:
    if verdict != Verdict.FIXED_AND_ACCEPTED:
        return None
    cleaned = clean_text(text)
    return {
        "outcome": Outcome.READ,
        "text": cleaned,
        "characters": clean_characters(characters, text=cleaned, width=photo.width, height=photo.height),
        "region": clean_region(region, width=photo.width, height=photo.height),
    }


def _record(
    task: Task,
    lease: Lease,
    reviewer: User,
    judgement: dict[str, Any],
    correction: dict[str, Any] | None,
    now: datetime,
) -> Review:
    annotation = Annotation.objects.get(task=task, revision=task.revision)
    policies.check_can_review(reviewer, annotation)
    corrected = None
    if correction is not None:
        corrected = add_annotation(task=task, lease=lease, author=reviewer, content=correction, now=now)
    leases.end_lease(lease, reason="reviewed", now=now)
    Draft.objects.filter(task=task, author=reviewer).delete()
    return Review.objects.create(
        annotation=annotation,
        author=annotation.author,
        reviewer=reviewer,
        corrected=corrected,
        lease=lease,
        created_at=now,
        **judgement,
    )


def _decide(task: Task, review: Review, now: datetime) -> None:
    """The decision that follows from the verdict: with one review a task it is the verdict's own."""
    newest = review.corrected or review.annotation
    if review.verdict == Verdict.REJECTED:
        state = TaskState.REJECTED
    else:
        state = TaskState.ACCEPTED if newest.outcome == Outcome.READ else TaskState.UNREADABLE
    move(
        task,
        state,
        by=review.reviewer,
        verb="review.submitted",
        now=now,
        data={"review": review.pk, "verdict": str(review.verdict), "annotation": str(newest.pk)},
        revision=newest.revision,
        decided_by="" if state == TaskState.REJECTED else DecidedBy.REVIEW.value,
        rejection_reason=review.reason if state == TaskState.REJECTED else "",
        updated_at=now,
    )
    refresh_best_value(task.photo)
