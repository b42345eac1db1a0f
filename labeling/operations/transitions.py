"""The one place where states change: by the tables of labeling/states.py, and by compare-and-swap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction

from labeling import states
from labeling.errors import DomainError
from labeling.models import (
    BulkAction,
    FinetuningRun,
    ModelVersion,
    Photo,
    PseudoRound,
    Rereading,
    Shadow,
    Task,
    Transfer,
    User,
)
from labeling.operations import audit

Row = Photo | Task | FinetuningRun | Transfer | PseudoRound | ModelVersion | BulkAction | Rereading | Shadow

_TABLES: dict[type[models.Model], states.Table] = {
    Photo: states.PHOTO,
    Task: states.TASK,
    FinetuningRun: states.RUN,
    Transfer: states.TRANSFER,
    PseudoRound: states.PSEUDO_ROUND,
    ModelVersion: states.MODEL_VERSION,
    BulkAction: states.BULK_ACTION,
    Rereading: states.REREADING,
    Shadow: states.SHADOW,
}


class Conflict(DomainError):
    """Somebody or something else was faster, or the moment for this is over."""

    code = "conflict"
    default_message = "This has changed in the meantime. Load it again."


def move(
    row: Row,
    to: str,
    *,
    by: User | None,
    verb: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    only_if: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Take the row from the state that it was loaded in to another one, and write the event.

    The UPDATE names the old state (and what `only_if` adds), so that of two who want the same step one gets
    it. Raises IllegalTransition, and Conflict where the row is no longer as it was loaded.
    """
    states.check_transition(_TABLES[type(row)], row.state, to)
    before = str(row.state)
    with transaction.atomic():
        rows = type(row)._base_manager.filter(pk=row.pk, state=before, **(only_if or {}))
        if rows.update(state=str(to), **changes) == 0:
            raise Conflict
        facts = {"from": before, "to": str(to), **(data or {})}
        audit.record(project=row.project, actor=by, verb=verb, on=row, now=now, data=facts)
    row.state = str(to)
    for name, value in changes.items():
        setattr(row, name, value)


def move_many(
    rows: Sequence[Task] | Sequence[Photo],
    to: str,
    *,
    by: User | None,
    verb: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Take rows that the caller has locked to another state: a statement for each state that they come from.

    Raises IllegalTransition and Conflict as `move` does, and then moves none of them.
    """
    with transaction.atomic():
        for (model, before), count in Counter((type(row), str(row.state)) for row in rows).items():
            states.check_transition(_TABLES[model], before, to)
            same = model._default_manager.filter(pk__in=[row.pk for row in rows], state=before)
            if same.update(state=str(to), **changes) != count:
                raise Conflict
        facts = {row.pk: {"from": str(row.state), "to": str(to), **(data or {})} for row in rows}
        audit.record_many(rows, actor=by, verb=verb, now=now, data=facts)
    for row in rows:
        row.state = str(to)
