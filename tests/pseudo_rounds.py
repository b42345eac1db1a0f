"""Labels that a round trusts, written straight into the tables, for tests that are about what follows."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from labeling.models import DatasetSnapshot, ModelVersion, PseudoLabel, PseudoRound, Task, User
from labeling.operations.transitions import move


def add_round(*, by: User, teacher: ModelVersion, **fields: Any) -> PseudoRound:
    """A round in audit, unless `fields` say otherwise."""
    now = timezone.now()
    project = teacher.project
    snapshot, _ = DatasetSnapshot.objects.get_or_create(
        project=project,
        name="for rounds",
        defaults={
            "sha256": f"{project.pk:064d}",
            "split_seed": 1,
            "counts": {"train": 0, "validation": 60, "test": 0},
            "created_by": by,
            "created_at": now,
        },
    )
    values = {
        "number": 1 + PseudoRound.objects.filter(project=project).count(),
        "state": "auditing",
        "validation": snapshot,
        "target": 0.995,
        "threshold": 0.9,
        "requested_by": by,
        "requested_at": now,
        "started_at": now,
        "finished_at": now,
    }
    return PseudoRound.objects.create(project=project, teacher=teacher, **(values | fields))


def trust(*tasks: Task, by: User, audited: bool = True, **fields: Any) -> PseudoRound:
    """A round that trusts the newest reading of each of these tasks."""
    readings = [task.photo.predictions.latest("created_at") for task in tasks]
    made = add_round(by=by, teacher=readings[0].model_version, **fields)
    for task, reading in zip(tasks, readings, strict=True):
        with transaction.atomic():
            move(task, "auto_accepted", by=None, verb="task.trusted", now=timezone.now())
        PseudoLabel.objects.create(pseudo_round=made, task=task, prediction=reading, is_audited=audited)
    return made
