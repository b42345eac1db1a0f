"""An older revision of an annotation, submitted again as the newest: nothing is overwritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from labeling.models import Annotation, Draft, LeaseKind, Outcome, Task, User, Verdict
from labeling.operations import audit, leases
from labeling.operations.annotations import check_revision, mark_unreadable, submit_annotation
from labeling.operations.reviews import submit_review
from labeling.operations.tasks import reopen_task
from labeling.operations.transitions import Conflict
from labeling.policies import Capability, NotFound, check_can
from labeling.queries.annotations import DIFFERING, READ_ONCE
from labeling.states import TaskState


class NotRestorable(Conflict):
    """The revision is the newest one already, or one that this person's work does not allow for."""

    code = "not_restorable"


def restore_revision(*, task: Task, revision: int, base_revision: int, by: User, now: datetime) -> Annotation:
    """Submit what an older revision says as the newest one, in the name of whoever restores it.

    It is the same as typing it again, with the same rights: an annotator restores what waits for annotation,
    and what they submitted themselves and may still take back; a reviewer, what waits for review, as a fix
    that is accepted. `base_revision` is the newest revision that the person saw.

    Raises NotRestorable, StaleRevision, NothingToClaim, TaskTaken, Forbidden, NotFound.
    """
    check_can(by, Capability.ANNOTATE, task.project)
    with transaction.atomic():
        rows = Task.with_probes.select_related("project", "photo")
        task = rows.select_for_update(no_key=True, of=("self",)).get(pk=task.pk)
        check_revision(task, base_revision)
        old = _find_old(task, revision)
        kind = _choose_kind(task, by, now)
        lease = leases.claim_task(task=task, holder=by, kind=kind, now=now)
        draft = Draft.objects.filter(task=task, author=by).first()
        restored = _submit_again(old, lease.pk, kind, by, now)
        _keep(draft)
        facts = {"annotation": str(restored.pk), "revision": restored.revision, "restored": revision}
        audit.record(project=task.project, actor=by, verb="annotation.restored", on=task, now=now, data=facts)
    return restored


def _find_old(task: Task, revision: int) -> Annotation:
    if task.state in (*READ_ONCE, *DIFFERING):
        raise NotRestorable("This photo is read twice, independently. Restore it once that is settled.")
    if revision == task.revision:
        raise NotRestorable("This is the newest revision already.")
    old = Annotation.objects.filter(task=task, revision=revision).first()
    if old is None:
        raise NotFound
    return old


def _choose_kind(task: Task, by: User, now: datetime) -> LeaseKind:
    """The work that the task waits for. What one submitted oneself is taken back first."""
    if task.state not in (TaskState.SUBMITTED, TaskState.IN_REVIEW):
        return LeaseKind.ANNOTATE
    newest = Annotation.objects.get(task=task, revision=task.revision)
    if newest.author_id != by.pk:
        return LeaseKind.REVIEW
    reopen_task(task=task, by=by, now=now)
    return LeaseKind.ANNOTATE


def _submit_again(old: Annotation, lease_id: Any, kind: LeaseKind, by: User, now: datetime) -> Annotation:
    task = Task.with_probes.get(pk=old.task_id)
    work = {"text": old.text, "characters": old.characters, "region": old.region}
    if kind == LeaseKind.REVIEW:
        return _submit_as_fix(old, lease_id, by, work, now)
    if old.outcome == Outcome.UNREADABLE:
        return mark_unreadable(
            lease_id=lease_id,
            holder=by,
            reason=old.unreadable_reason,
            base_revision=task.revision,
            now=now,
        )
    return submit_annotation(lease_id=lease_id, holder=by, base_revision=task.revision, now=now, **work)


def _submit_as_fix(
    old: Annotation, lease_id: Any, by: User, work: dict[str, Any], now: datetime
) -> Annotation:
    if old.outcome == Outcome.UNREADABLE:
        raise NotRestorable("A review cannot mark a photo as unreadable. Send the annotation back instead.")
    review = submit_review(
        lease_id=lease_id,
        reviewer=by,
        verdict=Verdict.FIXED_AND_ACCEPTED,
        base_revision=old.task.revision,
        now=now,
        **work,
    )
    assert review.corrected is not None  # noqa: S101 - the table's own constraint
    return review.corrected


def _keep(draft: Draft | None) -> None:
    """A submit ends the draft that it came from; this one came from no draft, so what was typed stays."""
    if draft is not None:
        Draft.objects.update_or_create(
            task_id=draft.task_id,
            author_id=draft.author_id,
            defaults={
                name: getattr(draft, name)
                for name in ("text", "characters", "region", "base_revision", "saved_at")
            },
        )
