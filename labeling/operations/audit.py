"""Who did what: one event for every change, in the transaction that makes the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction

from labeling.models import AuditEvent, Photo, Project, Task, User


class OutsideTransaction(RuntimeError):
    """An event that could be kept while its change is lost, or the reverse, is refused."""


def record(
    *,
    project: Project | None,
    actor: User | None,
    verb: str,
    on: models.Model,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write an event. `actor` is None where a job did it. Raises OutsideTransaction."""
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(verb)
    return AuditEvent.objects.create(
        project=project,
        actor=actor,
        verb=verb,
        object_type=on._meta.model_name or "",
        object_id=str(on.pk),
        data=data or {},
        created_at=now,
    )


def record_many(
    rows: Sequence[Task] | Sequence[Photo],
    *,
    actor: User | None,
    verb: str,
    now: datetime,
    data: Mapping[Any, dict[str, Any]],
) -> None:
    """An event for each row, in one statement; `data` is by the rows' keys. Raises OutsideTransaction."""
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(verb)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            project_id=row.project_id,
            actor=actor,
            verb=verb,
            object_type=row._meta.model_name or "",
            object_id=str(row.pk),
            data=data[row.pk],
            created_at=now,
        )
        for row in rows
    )
