"""A project at work: short verbs that call the real operations."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from inference.geometry import shift_quad
from inference.types import CharacterBox, LineReading, Quad, QualityReport, Reading, Region, Stages
from labeling.models import (
    AcquisitionPolicy,
    Annotation,
    Lease,
    Membership,
    ModelVersion,
    Photo,
    Prediction,
    QualityPolicy,
    Review,
    Task,
    User,
)
from labeling.operations import (
    acquisition_policies,
    adjudications,
    annotations,
    leases,
    model_versions,
    ordering,
    photos,
    predictions,
    quality,
    reviews,
)
from labeling.queries import acquisition
from labeling.queries.quality import get_policy
from tests.conftest import People, make_user
from tests.photos import VIN, render_photo

REGION: Quad = ((10.0, 20.0), (180.0, 20.0), (180.0, 60.0), (10.0, 60.0))


def make_bundle(name: str) -> Path:
    """A folder that is a bundle to the storage: a manifest that lists a file with its hash."""
    folder = Path(settings.DATA_DIR).parent / "bundles" / uuid.uuid4().hex
    folder.mkdir(parents=True)
    content = f"the network of {name}".encode()
    (folder / "network.onnx").write_bytes(content)
    listed = {"file": "network.onnx", "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps({"name": name, "networks": {"sequence": listed}}))
    return folder


def make_boxes(text: str) -> list[dict[str, Any]]:
    """A box for each symbol, side by side in the region."""
    return [
        {"index": i, "symbol": s, "confidence": None, "quad": [list(corner) for corner in _box(i)]}
        for i, s in enumerate(text)
    ]


def _box(index: int) -> Quad:
    left, right = 10.0 * (index + 1), 10.0 * (index + 2)
    return ((left, 20.0), (right, 20.0), (right, 60.0), (left, 60.0))


@dataclass
class PlainReader:
    """Reads what it is told to, or fails as it is told to."""

    vin: str | None = VIN
    confidence: float = 0.8
    error: Exception | None = None
    read: list[Path] = field(default_factory=list)
    appearance: tuple[float, ...] = ()
    second: str = ""
    """What the other recognizer reads; empty: the same."""

    shift: float = 0.0
    """How far to the right of where it is everything is found, in pixels."""

    def read_file(self, path: Path) -> Reading:
        self.read.append(path)
        if self.error:
            raise self.error
        quads = [shift_quad(_box(i), self.shift, 0) for i in range(len(self.vin or ""))]
        boxes = tuple(CharacterBox(i, s, 0.9, quads[i]) for i, s in enumerate(self.vin or ""))
        region = Region(shift_quad(REGION, self.shift, 0), 0.9) if self.vin else None
        return Reading(
            self.vin,
            self.confidence,
            region,
            boxes,
            QualityReport(True),
            (640, 240),
            12.0,
            stages=self._tell_stages(),
            appearance=self.appearance,
        )

    def _tell_stages(self) -> Stages:
        if not self.vin or not self.second:
            return Stages()
        sure = (0.95,) * len(self.vin)
        return Stages(
            lines=(LineReading("sequence", self.vin, sure), LineReading("characters", self.second, sure))
        )


@dataclass
class Workshop:
    """`people` in their project at the moment `now`."""

    people: People
    now: datetime
    version: ModelVersion | None = None

    def open(self) -> Workshop:
        self.version = self.register("base")
        return self

    def join(self, username: str, role: str = "annotator") -> User:
        """One more person in the project."""
        user = make_user(username)
        Membership.objects.create(project=self.people.project, user=user, role=role, created_at=self.now)
        return user

    def later(self, **duration: float) -> datetime:
        return self.now + timedelta(**duration)

    def register(self, name: str) -> ModelVersion:
        return model_versions.register_base_bundle(
            project=self.people.project,
            bundle_dir=make_bundle(name),
            by=self.people.ml_engineer,
            now=self.now,
        )

    def upload(self, seed: int = 1, **options: Any) -> Photo:
        return photos.create_photo(
            project=self.people.project,
            content=render_photo(seed, **options),
            name=f"photo-{seed}.jpg",
            uploaded_by=self.people.annotator,
            now=self.now,
        )

    def read(self, photo: Photo, reader: PlainReader | None = None, at: datetime | None = None) -> Any:
        reader = reader or PlainReader()
        prediction: Prediction | None = predictions.predict_photo(
            photo_id=photo.pk, reader_for=lambda version: reader, now=at or self.now
        )
        photo.refresh_from_db()
        return prediction

    def open_task(self, seed: int = 1, reader: PlainReader | None = None) -> Task:
        photo = self.upload(seed)
        self.read(photo, reader)
        return Task.objects.get(photo=photo)

    def claim(self, task: Task, holder: User, kind: str = "annotate", at: datetime | None = None) -> Lease:
        return leases.claim_task(task=task, holder=holder, kind=kind, now=at or self.now)

    def annotate(
        self, task: Task, text: str = VIN, by: User | None = None, *, is_placed: bool = True
    ) -> Annotation:
        """With a region and boxes, unless it is not placed."""
        author = by or self.people.annotator
        lease = self.claim(task, author)
        task.refresh_from_db()
        return annotations.submit_annotation(
            lease_id=lease.pk,
            holder=author,
            text=text,
            characters=make_boxes(text) if is_placed else [],
            region=[list(corner) for corner in REGION] if is_placed else None,
            base_revision=task.revision,
            now=self.now,
        )

    def mark_unreadable(self, task: Task, by: User | None = None) -> Annotation:
        author = by or self.people.annotator
        lease = self.claim(task, author)
        task.refresh_from_db()
        return annotations.mark_unreadable(
            lease_id=lease.pk, holder=author, reason="Glare.", base_revision=task.revision, now=self.now
        )

    def set_policy(
        self, *, by: User | None = None, reason: str = "Because.", **changes: Any
    ) -> QualityPolicy:
        """The policy in force with these changes."""
        current = get_policy(project=self.people.project)
        replaces = changes.pop("replaces", current.number)
        rules = {name: getattr(current, name) for name in (*quality.LIMITS, *quality.SWITCHES)}
        return quality.set_policy(
            project=self.people.project,
            by=by or self.people.admin,
            now=self.now,
            rules=rules | changes,
            reason=reason,
            replaces=replaces,
        )

    def set_order(
        self, *, by: User | None = None, reason: str = "Because.", **changes: Any
    ) -> AcquisitionPolicy:
        """The acquisition policy in force with these changes."""
        current = acquisition.get_policy(project=self.people.project)
        replaces = changes.pop("replaces", current.number)
        rules = {name: getattr(current, name) for name in acquisition_policies.SHARES}
        return acquisition_policies.set_acquisition_policy(
            project=self.people.project,
            by=by or self.people.ml_engineer,
            now=self.now,
            rules=rules | changes,
            reason=reason,
            replaces=replaces,
        )

    def order(self, at: datetime | None = None) -> int:
        """What the job does; returns how many tasks were moved."""
        moment = at or self.now
        return ordering.order_tasks(project_id=self.people.project.pk, now=lambda: moment)

    def review(self, task: Task, verdict: str = "accepted", by: User | None = None, **more: Any) -> Review:
        reviewer = by or self.people.reviewer
        lease = self.claim(task, reviewer, "review")
        task.refresh_from_db()
        return reviews.submit_review(
            lease_id=lease.pk,
            reviewer=reviewer,
            verdict=verdict,
            base_revision=task.revision,
            now=self.now,
            **more,
        )

    def adjudicate(self, task: Task, text: str = VIN, by: User | None = None, **more: Any) -> Annotation:
        adjudicator = by or self.people.admin
        lease = self.claim(task, adjudicator, "adjudicate")
        task.refresh_from_db()
        return adjudications.submit_adjudication(
            lease_id=lease.pk,
            adjudicator=adjudicator,
            base_revision=task.revision,
            now=self.now,
            **({"outcome": "read", "text": text, "characters": make_boxes(text)} | more),
        )

    def accept(self, seed: int, text: str = VIN) -> Task:
        """A photo that went all the way."""
        task = self.open_task(seed)
        self.annotate(task, text)
        self.review(task)
        task.refresh_from_db()
        return task
