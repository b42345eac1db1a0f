"""Rows that the pages show, written straight into the tables."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from labeling.models import (
    Annotation,
    BulkAction,
    BulkItem,
    DatasetSnapshot,
    DriftAlert,
    DriftDay,
    Evaluation,
    FinetuningRun,
    GateDecision,
    ModelVersion,
    Photo,
    Prediction,
    Promotion,
    Rereading,
    RunMetric,
    Shadow,
    ShadowReading,
    Task,
    Transfer,
)
from tests.conftest import People
from tests.scorecards import make_card

VIN = "1M8GDM9AXKP042788"
REGION = [[100, 100], [520, 100], [520, 140], [100, 140]]
CHARACTERS = [
    {
        "index": index,
        "symbol": symbol,
        "confidence": 0.5 if index == 3 else 0.99,
        "quad": [
            [100 + 24 * index, 100],
            [124 + 24 * index, 100],
            [124 + 24 * index, 140],
            [100 + 24 * index, 140],
        ],
        "alternatives": [],
    }
    for index, symbol in enumerate(VIN)
]

QUALITY = {
    "readable": True,
    "issues": [{"code": "glare", "advice": "Light is reflected over the VIN: tilt the camera."}],
    "measures": {"character_height": 31.5, "sharpness": 0.42},
}
STAGES = {
    "regions": [{"quad": REGION, "confidence": 0.94}, {"quad": REGION, "confidence": 0.2}],
    "looks": 3,
    "lines": [
        {"recognizer": "sequence", "text": VIN, "probabilities": [0.99] * 17},
        {"recognizer": "characters", "text": "7" + VIN[1:], "probabilities": [0.6] + [0.98] * 16},
    ],
    "candidates": [{"vin": VIN, "probability": 0.81}, {"vin": "7" + VIN[1:], "probability": 0.19}],
    "raw_confidence": 0.9,
    "barcodes": [{"format": "Code39", "text": "I" + VIN, "vin": VIN, "quad": REGION}],
    "barcode_verdict": "agrees",
    "milliseconds": {"decode": 9.0, "detect": 41.6, "sequence": 30.25},
}


def add_photo(people: People, number: int = 1, **fields: Any) -> Photo:
    """A photo that is read, unless `fields` say otherwise."""
    now = timezone.now()
    values: dict[str, Any] = {
        "project": people.project,
        "sha256": f"{number:064x}",
        "name": f"photo-{number}.jpg",
        "content_type": "image/jpeg",
        "byte_size": 120_000,
        "width": 640,
        "height": 480,
        "difference_hash": 0,
        "state": "ready",
        "uploaded_by": people.annotator,
        "uploaded_at": now - timedelta(minutes=number),
        "rendered_at": now,
        "vin": VIN,
        "confidence": 0.8,
        "vin_source": "prediction",
    }
    return Photo.objects.create(**(values | fields))


def add_task(people: People, photo: Photo, state: str = "new", **fields: Any) -> Task:
    now = timezone.now()
    values = {"state": state, "confidence": photo.confidence, "created_at": now, "updated_at": now}
    return Task.objects.create(project=people.project, photo=photo, **(values | fields))


def add_bulk_action(people: People, *tasks: Task, **fields: Any) -> BulkAction:
    """An action that is done and has changed these tasks."""
    now = timezone.now()
    values: dict[str, Any] = {
        "kind": "raise",
        "state": "done",
        "selection": {"filter": {}},
        "total": len(tasks),
        "done": len(tasks),
        "changed": len(tasks),
        "requested_by": people.admin,
        "requested_at": now,
    }
    action = BulkAction.objects.create(project=people.project, **(values | fields))
    for task in tasks:
        before = {"state": task.state, "assignee_id": None, "priority": 0.0, "skip_reason": ""}
        BulkItem.objects.create(
            action=action, task=task, outcome="changed", before=before, changed_at=task.updated_at
        )
    return action


def add_prediction(photo: Photo, version: ModelVersion, **fields: Any) -> Prediction:
    values: dict[str, Any] = {
        "vin": VIN,
        "confidence": 0.8,
        "region": REGION,
        "characters": CHARACTERS,
        "milliseconds": 91.0,
        "created_at": timezone.now(),
    }
    return Prediction.objects.create(photo=photo, model_version=version, **(values | fields))


def add_annotation(people: People, task: Task, **fields: Any) -> Annotation:
    """The task's next revision, by the annotator."""
    values: dict[str, Any] = {
        "text": VIN,
        "region": REGION,
        "characters": CHARACTERS,
        "author": people.annotator,
        "created_at": timezone.now(),
    }
    made = Annotation.objects.create(
        task=task, revision=task.revision + 1, base_revision=task.revision, **(values | fields)
    )
    task.revision = made.revision
    task.save()
    return made


def add_version(people: People, number: int = 1, state: str = "promoted", **fields: Any) -> ModelVersion:
    values: dict[str, Any] = {
        "digest": f"{number:064x}",
        "manifest": {"name": f"bundle {number}", "format": 1},
        "created_at": timezone.now(),
    }
    return ModelVersion.objects.create(
        project=people.project, number=number, state=state, **(values | fields)
    )


def add_snapshot(people: People, name: str = "June", **fields: Any) -> DatasetSnapshot:
    return DatasetSnapshot.objects.create(
        project=people.project,
        name=name,
        sha256=f"{abs(hash(name)):064x}"[:64],
        split_seed=1,
        counts={"train": 30, "validation": 6, "test": 12},
        created_by=people.ml_engineer,
        created_at=timezone.now(),
        **fields,
    )


def add_transfer(people: People, snapshot: DatasetSnapshot, **fields: Any) -> Transfer:
    values: dict[str, Any] = {"kind": "export", "format": "coco", "snapshot": snapshot}
    return Transfer.objects.create(
        project=people.project,
        requested_by=people.ml_engineer,
        requested_at=timezone.now(),
        **(values | fields),
    )


def add_run(people: People, snapshot: DatasetSnapshot, base: ModelVersion, **fields: Any) -> FinetuningRun:
    now = timezone.now()
    values: dict[str, Any] = {
        "number": 1,
        "config": {"steps": 100},
        "seed": 1,
        "state": "queued",
        "requested_by": people.ml_engineer,
        "requested_at": now,
    }
    return FinetuningRun.objects.create(
        project=people.project, snapshot=snapshot, base_version=base, **(values | fields)
    )


def add_metrics(run: FinetuningRun, *losses: float) -> None:
    """One every ten steps and every minute, until now."""
    for place, loss in enumerate(losses, start=1):
        at = timezone.now() - timedelta(minutes=len(losses) - place)
        RunMetric.objects.create(run=run, network=run.network, step=10 * place, loss=loss, created_at=at)


def add_evaluation(
    version: ModelVersion, snapshot: DatasetSnapshot, *, exact: int, n: int = 12
) -> Evaluation:
    card = make_card(exact, n, bundle=version.digest, snapshot=snapshot.sha256)
    return Evaluation.objects.create(
        model_version=version,
        snapshot=snapshot,
        split="test",
        scorecard=card.to_json(),
        created_at=timezone.now(),
    )


def add_decision(
    challenger: ModelVersion, champion: ModelVersion, snapshot: DatasetSnapshot, *, passed: bool
) -> GateDecision:
    reason = "The challenger reads 9 of 12 VINs right, the champion 8."
    return GateDecision.objects.create(
        challenger=challenger,
        champion=champion,
        snapshot=snapshot,
        passed=passed,
        reasons=[{"rule": "exact_match", "passed": passed, "reason": reason}],
        rules={},
        created_at=timezone.now(),
    )


def add_promotion(people: People, version: ModelVersion, previous: ModelVersion | None = None) -> Promotion:
    return Promotion.objects.create(
        model_version=version,
        previous=previous,
        kind="promote" if previous else "initial",
        by=people.admin,
        at=timezone.now(),
    )


def add_shadow(people: People, version: ModelVersion, champion: ModelVersion, **fields: Any) -> Shadow:
    now = timezone.now()
    values: dict[str, Any] = {
        "share": 0.5,
        "most_photos": 1000,
        "until": now + timedelta(days=14),
        "started_by": people.ml_engineer,
        "started_at": now - timedelta(days=4),
    }
    return Shadow.objects.create(
        project=people.project, model_version=version, champion=champion, **(values | fields)
    )


def add_shadow_reading(
    shadow: Shadow, prediction: Prediction, vin: str = VIN, *, days_ago: int = 0, **fields: Any
) -> ShadowReading:
    """Read, unless `fields` say otherwise."""
    at = timezone.now() - timedelta(days=days_ago)
    values: dict[str, Any] = {
        "state": "read",
        "confidence": 0.7,
        "milliseconds": 120.0,
        "listed_at": at,
        "read_at": at,
    }
    return ShadowReading.objects.create(
        shadow=shadow, photo=prediction.photo, prediction=prediction, vin=vin, **(values | fields)
    )


def add_rereading(people: People, version: ModelVersion, **fields: Any) -> Rereading:
    values: dict[str, Any] = {
        "total": 40,
        "read": 12,
        "left": 1,
        "requested_by": people.ml_engineer,
        "requested_at": timezone.now() - timedelta(minutes=1),
    }
    return Rereading.objects.create(project=people.project, model_version=version, **(values | fields))


def add_drift(people: People, version: ModelVersion, *, days: int = 24) -> DriftAlert:
    """Counted days since the version came into service so many days ago, with more glare in the last week."""
    now = timezone.now()
    ModelVersion.objects.filter(pk=version.pk).update(promoted_at=now - timedelta(days=days - 1))
    for place in range(days):
        is_late = place >= days - 7
        refused = 30 + place % 5 if is_late else 10 + place % 3
        confidences = [1, 1, 2, 2, 3, 4, 5, 7, 10, 12, 14, 12, 10, 9, 8]
        DriftDay.objects.create(
            project=people.project,
            model_version=version,
            day=(now - timedelta(days=days - 1 - place)).date(),
            readings=100,
            confidences=confidences[::-1] if is_late else confidences,
            refused=refused,
            reasons={"glare": refused - 3, "blurred": 3},
            accepted=40,
            changed=6 + place % 4,
            edits=9 + place % 5,
            counted_at=now,
        )
    return DriftAlert.objects.create(
        project=people.project,
        model_version=version,
        measure="refused",
        value=0.31,
        low=0.06,
        high=0.16,
        usual=0.11,
        n=700,
        opened_at=now - timedelta(days=2),
    )
