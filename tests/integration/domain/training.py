"""What runs need besides photos: a trainer, an evaluator, a snapshot with both splits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from inference.snapshot import Snapshot, split_for_vehicle
from inference.types import EvaluatedPhoto, Scorecard
from labeling.models import DatasetSnapshot, FinetuningRun
from labeling.operations import runs
from labeling.operations.datasets import freeze_snapshot
from tests.integration.domain.workshop import Workshop, make_bundle
from tests.scorecards import make_card


def find_vins(split: str, count: int, seed: int = 1) -> list[str]:
    candidates = (f"WVWZZZ1JZXW{number:06d}" for number in range(1000))
    found = [vin for vin in candidates if split_for_vehicle(vin, seed=seed) == split]
    return found[:count]


@dataclass(frozen=True)
class Step:
    step: int
    steps: int = 3
    loss: float | None = 0.5
    validation_loss: float | None = None
    validation_exact: float | None = None
    validation_cer: float | None = None
    message: str = "Training"
    network: str = "sequence"
    is_news: bool = False

    @property
    def network_step(self) -> int:
        return self.step


@dataclass
class PlainTrainer:
    """Trains nothing, in three steps; goes on after the steps that it finds in `out_dir`."""

    name: str = "tuned"
    learns: bool = True
    on_step: Callable[[int], None] = lambda step: None
    steps: list[int] = field(default_factory=list)
    in_transaction: list[bool] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)

    def __call__(self, *, out_dir: Path, report: Callable[[Step], None], **given: Any) -> Path | None:
        self.given = {"out_dir": out_dir, **given}
        self.in_transaction.append(connection.in_atomic_block)
        out_dir.mkdir(parents=True, exist_ok=True)
        checkpoint = out_dir / "checkpoint.json"
        done = json.loads(checkpoint.read_text()) if checkpoint.exists() else 0
        for step in range(done + 1, 4):
            self.on_step(step)
            self.steps.append(step)
            checkpoint.write_text(json.dumps(step))
            report(Step(step, loss=1 / step, validation_exact=0.5 if step == 3 else None))
        return make_bundle(self.name) if self.learns else None


@dataclass
class PlainEvaluator:
    """Says of each bundle how many of the test photos it reads; a bundle may be named with a snapshot."""

    exact: dict[Any, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def __call__(
        self,
        *,
        bundle_dir: Path,
        snapshot: Snapshot,
        split: str,
        photo_path: Any,
        known: Mapping[str, EvaluatedPhoto],
        keep: Callable[[EvaluatedPhoto], None],
    ) -> Scorecard:
        name = json.loads((bundle_dir / "manifest.json").read_text())["name"]
        self.asked.append(name)
        photos = [item.photo for item in snapshot.split(split)]
        n = len(photos)
        exact = self.exact.get((name, snapshot.name), self.exact.get(name, n))
        figures = {"bundle": name, "snapshot": snapshot.name, "split": split, "cer": 1 - exact / n}
        card = make_card(exact, n, names=photos, **figures)
        for photo in card.photos:
            if photo.photo not in known:
                self.read.append(photo.photo)
                keep(photo)
        return replace(card, photos=tuple(known.get(photo.photo, photo) for photo in card.photos))


class Killed(BaseException):
    """What stands for a worker's end: nothing catches it."""


def kill(step: int) -> None:
    """For `on_step`."""
    if step == 2:
        raise Killed


def freeze(workshop: Workshop, *, train: int = 1, test: int = 5, name: str = "first") -> DatasetSnapshot:
    for seed, vin in enumerate([*find_vins("train", train), *find_vins("test", test)]):
        workshop.accept(seed, vin)
    return freeze_snapshot(
        project=workshop.people.project, name=name, by=workshop.people.ml_engineer, now=workshop.now
    )


def request(workshop: Workshop, snapshot: DatasetSnapshot, **more: Any) -> FinetuningRun:
    return runs.request_run(
        project=workshop.people.project,
        snapshot=snapshot,
        config=more.pop("config", {"steps": 3, "seed": 7}),
        by=more.pop("by", workshop.people.ml_engineer),
        now=workshop.now,
        **more,
    )


def execute(
    run: FinetuningRun,
    workshop: Workshop,
    trainer: Any = None,
    evaluator: Any = None,
    at: datetime | None = None,
    code: str = "",
) -> FinetuningRun | None:
    """Let a worker take what comes first in the queue, which is this run where it waits alone."""
    return runs.execute_next_run(
        trainer=trainer or PlainTrainer(),
        evaluator=evaluator or PlainEvaluator(),
        now=at or workshop.now,
        code=code,
    )
