"""Work in every state, made by the operations that make it in the product."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.utils import timezone

from inference.snapshot import split_for_vehicle
from inference.types import CharacterBox, QualityReport, Reading, Region
from labeling.models import (
    Annotation,
    BulkAction,
    Comment,
    DatasetSnapshot,
    DriftAlert,
    FinetuningRun,
    GateDecision,
    Lease,
    Membership,
    ModelVersion,
    PersonalToken,
    Photo,
    Prediction,
    PseudoRound,
    Rereading,
    RereadingItem,
    Shadow,
    Task,
    Transfer,
    User,
)
from labeling.operations import (
    annotations,
    bulk,
    comments,
    datasets,
    leases,
    photos,
    predictions,
    quality,
    reviews,
    runs,
    shadows,
    tokens,
    transfers,
)
from labeling.queries.quality import get_policy
from labeling.queries.task_filters import TaskFilter
from labeling.states import ModelVersionState
from tests.conftest import People, make_user
from tests.integration.api import hostile_files as files
from tests.pseudo_rounds import trust

VIN = "1HGCM82633A004352"
OTHER_VIN = "1HGCM82633A004353"
TRAINING_SEED = next(seed for seed in range(1000) if split_for_vehicle(VIN, seed=seed) == "train")
"""With it the one vehicle of these tests is there to train on."""

REGION = [[20.0, 100.0], [300.0, 100.0], [300.0, 130.0], [20.0, 130.0]]


ORDER: dict[str, object] = {
    "uncertainty": 0.6,
    "disagreement": 0.2,
    "novelty": 0.2,
    "legibility": 0.5,
    "random_share": 0.1,
    "reason": "Few photos are alike.",
    "replaces": 1,
}
"""An acquisition policy, after the one that the project of the tests begins with."""

POLICY: dict[str, object] = {
    "review_share": 0.25,
    "is_adaptive": False,
    "target_error": 0.02,
    "double_share": 0.1,
    "honeypot_share": 0.05,
    "seeded_share": 0.5,
    "blind_review": True,
    "reason": "Too many reviews.",
    "replaces": 0,
}
"""A quality policy as an admin sends it."""

WITHOUT_CHANCE = {"review_share": 1, "double_share": 0, "honeypot_share": 0, "blind_review": False}


def box(index: int, left: float = 20.0, width: float = 15.0) -> list[list[float]]:
    """The quad of one character of the region."""
    x = left + index * 16.0
    return [[x, 100.0], [x + width, 100.0], [x + width, 130.0], [x, 130.0]]


def work(text: str = VIN, base_revision: int = 0) -> dict[str, object]:
    """The body of a draft or an annotation."""
    characters = [{"index": index, "symbol": symbol, "quad": box(index)} for index, symbol in enumerate(text)]
    return {"text": text, "characters": characters, "region": REGION, "base_revision": base_revision}


class ScriptedReader:
    """Reads the same VIN in every photo: the engine is not what these tests are about."""

    def read_file(self, path: Path) -> Reading:
        characters = tuple(
            CharacterBox(index, symbol, 0.9, tuple(map(tuple, box(index))))
            for index, symbol in enumerate(VIN)
        )
        quad = tuple(map(tuple, REGION))
        return Reading(VIN, 0.8, Region(quad, 0.9), characters, QualityReport(True), (320, 240), 12.5)


@dataclass
class Yard:
    """A project at work. Everything is made when it is first asked for."""

    people: People

    @cached_property
    def second_annotator(self) -> User:
        user = make_user(f"{self.people.annotator.username}-second")
        Membership.objects.create(
            project=self.people.project, user=user, role="annotator", created_at=timezone.now()
        )
        return user

    @cached_property
    def champion(self) -> ModelVersion:
        return self._version(1, ModelVersionState.PROMOTED)

    @cached_property
    def challenger(self) -> ModelVersion:
        """Measured on the snapshot, and passed by the gate beside the champion."""
        version = self._version(2, ModelVersionState.EVALUATED)
        GateDecision.objects.create(
            challenger=version,
            champion=self.champion,
            snapshot=self.snapshot,
            passed=True,
            reasons=[],
            rules={},
            created_at=timezone.now(),
        )
        return version

    def upload(self, seed: int = 0) -> Photo:
        return photos.create_photo(
            project=self.people.project,
            content=files.jpeg(seed),
            name=f"photo-{seed}.jpg",
            uploaded_by=self.people.annotator,
            now=timezone.now(),
        )

    def read(self, seed: int = 0) -> Prediction:
        """Upload a photo and have it read."""
        self.champion  # noqa: B018 - without one nothing is read
        photo = self.upload(seed)
        prediction = predictions.predict_photo(
            photo_id=photo.pk, reader_for=lambda version: ScriptedReader(), now=timezone.now()
        )
        assert prediction is not None
        return prediction

    @cached_property
    def photo(self) -> Photo:
        return self.read(1000).photo

    def open_task(self, seed: int = 1) -> Task:
        """A task that waits for annotation."""
        return Task.objects.get(photo=self.read(seed).photo)

    def lease(self, seed: int = 2, holder: User | None = None) -> Lease:
        """Claimed for annotation."""
        return leases.claim_task(
            task=self.open_task(seed),
            holder=holder or self.people.annotator,
            kind="annotate",
            now=timezone.now(),
        )

    def submit(self, seed: int = 3, author: User | None = None) -> Annotation:
        """Submitted, and waits for review."""
        lease = self.lease(seed, author)
        body = work()
        return annotations.submit_annotation(
            lease_id=lease.pk, holder=lease.holder, now=timezone.now(), **body
        )

    def review_lease(self, seed: int = 4, author: User | None = None) -> Lease:
        task = self.submit(seed, author).task
        return leases.claim_task(task=task, holder=self.people.reviewer, kind="review", now=timezone.now())

    def allow(self, **rules: object) -> None:
        """A quality policy with these rules, under which nothing else is drawn by chance."""
        quality.set_policy(
            project=self.people.project,
            by=self.people.admin,
            now=timezone.now(),
            rules={**POLICY, **WITHOUT_CHANCE, **rules},
            reason="Because.",
            replaces=get_policy(project=self.people.project).number,
        )

    def read_once(self, seed: int = 6) -> Task:
        """The annotator has read it, and it waits for a second reader."""
        self.allow(double_share=1, review_share=0)
        return Task.objects.get(pk=self.submit(seed).task_id)

    def differ(self, seed: int = 7) -> Task:
        """The annotator and a second one have read it differently."""
        task = self.read_once(seed)
        lease = leases.claim_task(
            task=task, holder=self.second_annotator, kind="annotate", now=timezone.now()
        )
        annotations.submit_annotation(
            lease_id=lease.pk, holder=lease.holder, now=timezone.now(), **work(OTHER_VIN, base_revision=1)
        )
        return Task.objects.get(pk=task.pk)

    def accept(self, seed: int = 5) -> Task:
        lease = self.review_lease(seed)
        reviews.submit_review(
            lease_id=lease.pk,
            reviewer=self.people.reviewer,
            verdict="accepted",
            base_revision=1,
            now=timezone.now(),
        )
        return Task.objects.get(pk=lease.task_id)

    @cached_property
    def comment(self) -> Comment:
        """By the reviewer, on a character, for the annotator."""
        return comments.add_comment(
            task=self.photo.task,
            author=self.people.reviewer,
            text=f"@{self.people.annotator.username} this is a 3",
            index=16,
            now=timezone.now(),
        )

    @cached_property
    def pseudo_round(self) -> PseudoRound:
        """In audit, with one label."""
        self.accept_unseen(800)
        return PseudoRound.objects.get(project=self.people.project)

    def accept_unseen(self, *seeds: int) -> list[Prediction]:
        """Readings that were accepted as they are, as trusted pseudo-labels."""
        readings = [self.read(seed) for seed in seeds]
        for reading in readings:
            photos.render_photo(photo_id=reading.photo_id, now=timezone.now())
        self.pseudo_round = trust(*(reading.photo.task for reading in readings), by=self.people.ml_engineer)
        return readings

    @cached_property
    def snapshot(self) -> DatasetSnapshot:
        self.accept(500)
        return datasets.freeze_snapshot(
            project=self.people.project,
            name="first",
            split_seed=TRAINING_SEED,
            by=self.people.ml_engineer,
            now=timezone.now(),
        )

    @cached_property
    def run(self) -> FinetuningRun:
        return runs.request_run(
            project=self.people.project,
            snapshot=self.snapshot,
            base_version=self.champion,
            config={},
            by=self.people.ml_engineer,
            now=timezone.now(),
        )

    @cached_property
    def bulk_action(self) -> BulkAction:
        """Whatever was open was raised."""
        self.photo  # noqa: B018 - without a task there is nothing to raise
        return bulk.request_bulk_action(
            project=self.people.project,
            kind="raise",
            wanted=TaskFilter(),
            by=self.people.admin,
            confirmed=1000,
            now=timezone.now(),
        )

    @cached_property
    def transfer(self) -> Transfer:
        return transfers.request_import(
            project=self.people.project,
            file=io.BytesIO(b"file,vin\n"),
            name="list.csv",
            format="csv",
            by=self.people.admin,
            now=timezone.now(),
        )

    @cached_property
    def shadow(self) -> Shadow:
        """The challenger's."""
        return shadows.start_shadow(version=self.challenger, by=self.people.ml_engineer, now=timezone.now())

    @cached_property
    def rereading(self) -> Rereading:
        """Of one open task, which the champion reads a second time."""
        row = Rereading.objects.create(
            project=self.people.project,
            model_version=self.champion,
            total=1,
            requested_by=self.people.ml_engineer,
            requested_at=timezone.now(),
        )
        RereadingItem.objects.create(rereading=row, task=self.photo.task)
        return row

    @cached_property
    def drift_alert(self) -> DriftAlert:
        return DriftAlert.objects.create(
            project=self.people.project,
            model_version=self.champion,
            measure="refused",
            value=0.3,
            low=0.05,
            high=0.15,
            usual=0.1,
            n=200,
            opened_at=timezone.now(),
        )

    def token(self, user: User, *scopes: str) -> tuple[PersonalToken, str]:
        return tokens.create_token(
            user=user, name="script", scopes=scopes, expires_at=None, now=timezone.now()
        )

    def _version(self, number: int, state: str) -> ModelVersion:
        return ModelVersion.objects.create(
            project=self.people.project,
            number=number,
            digest=f"{number:064d}",
            state=state,
            manifest={"files": []},
            created_at=timezone.now(),
        )
