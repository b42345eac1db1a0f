"""Photos that wait for a worker, and workers that can be killed."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from labeling.models import ModelVersion, Photo
from labeling.operations import model_versions
from labeling.operations.photos import create_photo
from tests import processes
from tests.conftest import People
from tests.photos import render_photo
from tests.processes import ROOT, TestProcess

# A photo of a killed worker is given back soon, so that the tests are quick.
IMPATIENT = {"VINLOOP_PREDICTION_SECONDS": "12"}
# Files are stored by content and outlive a test: no two tests upload the same photo, as one may damage it.
SEEDS = itertools.count()


@pytest.fixture
def world(transactional_db: None, people: People, champion: ModelVersion) -> People:
    """A project with people and a model version in service, on a database that other processes see."""
    processes.empty_queues()
    return people


@pytest.fixture
def variant(world: People, tmp_path: Path) -> ModelVersion:
    """The base bundle under another name, and so with another digest."""
    bundle = Path(shutil.copytree(ROOT / "bundles" / "base", tmp_path / "variant"))
    manifest = json.loads((bundle / "manifest.json").read_text())
    (bundle / "manifest.json").write_text(json.dumps({**manifest, "name": "variant"}))
    return model_versions.register_base_bundle(
        project=world.project, bundle_dir=bundle, by=world.ml_engineer, now=timezone.now()
    )


@pytest.fixture
def upload(world: People) -> Callable[[int], list[Photo]]:
    """Uploads so many small photos, no two the same."""

    def upload(count: int) -> list[Photo]:
        now = timezone.now()
        contents = [render_photo(next(SEEDS), width=320, height=120) for _ in range(count)]
        return [
            create_photo(
                project=world.project, content=content, name=f"{n}.jpg", uploaded_by=world.annotator, now=now
            )
            for n, content in enumerate(contents)
        ]

    return upload


@pytest.fixture
def start_worker(world: People, tmp_path: Path) -> Iterator[Callable[..., TestProcess]]:
    """Starts workers, and ends them after the test."""
    started: list[TestProcess] = []

    def start(name: str, queues: str = "prediction,maintenance", **variables: str) -> TestProcess:
        log = tmp_path / f"{name}.log"
        worker = processes.start_worker(log=log, queues=queues, variables={**IMPATIENT, **variables})
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def start_beat(world: People, tmp_path: Path) -> Iterator[Callable[..., TestProcess]]:
    """Starts beats, and ends them after the test."""
    started: list[TestProcess] = []

    def start(**variables: str) -> TestProcess:
        beat = processes.start_beat(
            log=tmp_path / "beat.log", schedule=tmp_path / "beat", variables={**IMPATIENT, **variables}
        )
        started.append(beat)
        return beat

    yield start
    for beat in started:
        beat.kill()
