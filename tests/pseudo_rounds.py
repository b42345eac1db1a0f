"""Labels that a round trusts, written straight into the tables, for tests that are about what follows."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from labeling.models import (
    DatasetSnapshot,
    ModelVersion,
    Photo,
    PseudoLabel,
    PseudoRound,
    RoundReading,
    SnapshotItem,
    Task,
    User,
)
from labeling.operations.transitions import move
from tests.conftest import People
from tests.integration.views import rows


def add_validation(people: People, *, count: int) -> DatasetSnapshot:
    """A snapshot with so many photos in validation that people have read."""
    snapshot = rows.add_snapshot(people, "by people")
    for number in range(9000, 9000 + count):
        task = rows.add_task(people, rows.add_photo(people, number), "accepted")
        annotation = rows.add_annotation(people, task)
        SnapshotItem.objects.create(
            snapshot=snapshot, photo=task.photo, annotation=annotation, vin=rows.VIN, split="validation"
        )
    return snapshot


def add_round(*, by: User, teacher: ModelVersion, **fields: Any) -> PseudoRound:
    """A round in audit about which a person decides, unless `fields` say otherwise."""
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
        "revokes_itself": False,
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


def add_readings(pseudo_round: PseudoRound, *, count: int = 40) -> None:
    """What the teacher read in validation and in what nobody has labeled, some of it wrong or doubtful."""
    for label in PseudoLabel.objects.filter(pseudo_round=pseudo_round).select_related("task", "prediction"):
        RoundReading.objects.create(
            pseudo_round=pseudo_round,
            photo_id=label.task.photo_id,
            part="unlabeled",
            vin=label.prediction.vin,
            confidence=0.99,
            prediction=label.prediction,
        )
    by = pseudo_round.requested_by
    project = pseudo_round.project
    for number in range(count):
        photo = Photo.objects.create(
            project=project,
            sha256=f"{number:062x}ff",
            name=f"validation-{number}.jpg",
            content_type="image/jpeg",
            byte_size=1,
            width=640,
            height=240,
            difference_hash=0,
            uploaded_by=by,
            uploaded_at=timezone.now(),
        )
        RoundReading.objects.create(
            pseudo_round=pseudo_round,
            photo=photo,
            part="validation",
            expected=rows.VIN,
            vin=rows.VIN if number else rows.VIN[:-1] + "9",
            confidence=1 - 0.3 / (number + 1) ** 1.5,
            objection="" if number % 9 else "disagree",
        )
