"""What a run tells: curves, a log, and failures as sentences that say what to do."""

from __future__ import annotations

import errno
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference.snapshot import decode_snapshot
from inference.types import Scorecard
from labeling import storage
from labeling.models import DatasetSnapshot, Evaluation, FinetuningRun
from labeling.operations import runs
from labeling.operations.run_measuring import MEASURED_AT_ONCE
from labeling.queries.runs import list_sources
from tests.integration.domain.training import (
    Killed,
    PlainEvaluator,
    PlainTrainer,
    Step,
    execute,
    freeze,
    kill,
    request,
)
from tests.integration.domain.workshop import Workshop, make_bundle


@pytest.fixture
def snapshot(workshop: Workshop) -> DatasetSnapshot:
    return freeze(workshop)


def test_a_full_disk_is_a_sentence_that_says_what_to_do(
    workshop: Workshop, snapshot: DatasetSnapshot
) -> None:
    def fill_up(step: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    done = execute(request(workshop, snapshot), workshop, PlainTrainer(on_step=fill_up))
    assert done is not None
    assert (done.state, done.error[:34]) == ("failed", "The disk is full. Make room on the")
    assert list(done.log.values_list("text", flat=True))[-1] == done.error


def test_a_snapshot_whose_file_is_gone_or_leaks_is_a_sentence(
    workshop: Workshop, snapshot: DatasetSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = storage.snapshot_path(snapshot.sha256)
    content = path.read_bytes()
    path.unlink()
    done = execute(request(workshop, snapshot), workshop)
    assert done is not None
    assert "gone from the data folder" in done.error
    leaking = json.loads(content)
    leaking["items"][0]["vin"] = leaking["items"][1]["vin"]
    leaking["items"][0]["split"], leaking["items"][1]["split"] = "train", "test"
    document = decode_snapshot(json.dumps(leaking).encode())
    monkeypatch.setattr("labeling.operations.run_execution.load_snapshot", lambda snapshot: document)
    trainer = PlainTrainer()
    done = execute(request(workshop, snapshot), workshop, trainer)
    assert done is not None
    assert "that it also teaches" in done.error
    assert trainer.steps == []


def test_the_log_tells_what_happened_and_with_which_code(
    workshop: Workshop, snapshot: DatasetSnapshot
) -> None:
    run = request(workshop, snapshot)
    with pytest.raises(Killed):
        execute(run, workshop, PlainTrainer(on_step=kill), code="one")
    runs.sweep_runs(now=workshop.later(minutes=5))
    done = execute(run, workshop, at=workshop.later(minutes=6), code="two")
    assert done is not None
    lines = list(done.log.values_list("text", flat=True))
    assert lines[0].startswith("A worker began: from v1 on first")
    assert lines[1].startswith("A worker goes on (attempt 2)")
    assert "The code has changed meanwhile" in lines[1]
    assert "base reads" not in " ".join(lines)
    assert "v2 reads 5 of 5 test photos of first right" in lines
    assert lines[-1] == done.message
    assert (done.code, done.network) == ("two", "sequence")
    assert (done.peak_bytes or 0) > 10 * 1024**2


def test_each_network_has_a_curve_of_its_own_and_the_run_shows_the_newest(
    workshop: Workshop, snapshot: DatasetSnapshot
) -> None:
    class TwoNetworks(PlainTrainer):
        def __call__(self, *, report: Callable[[Step], None], **given: Any) -> Path:
            report(Step(1, loss=3.0, validation_loss=0.5, validation_exact=0.9, validation_cer=0.1))
            report(Step(1, message="Sequence: done.", is_news=True))
            report(Step(1, loss=2.0, network="detector"))
            report(Step(1, loss=None, network="", message="Exporting"))
            return make_bundle("two")

    done = execute(request(workshop, snapshot), workshop, TwoNetworks())
    assert done is not None
    points = done.metrics.values_list("network", "step", "loss", "validation_cer")
    assert list(points) == [("sequence", 1, 3.0, 0.1), ("detector", 1, 2.0, None)]
    assert (done.network, done.loss, done.validation_loss, done.validation_cer) == (
        "detector",
        2.0,
        None,
        None,
    )
    assert "Sequence: done." in done.log.values_list("text", flat=True)


def test_a_run_is_canceled_while_it_is_measured(workshop: Workshop) -> None:
    snapshot = freeze(workshop, test=MEASURED_AT_ONCE)
    run = request(workshop, snapshot)

    class CancelingEvaluator(PlainEvaluator):
        def __call__(self, **given: Any) -> Scorecard:
            running = FinetuningRun.objects.get(pk=run.pk)
            runs.cancel_run(run=running, by=workshop.people.ml_engineer, now=workshop.now)
            return super().__call__(**given)

    done = execute(run, workshop, evaluator=CancelingEvaluator())
    assert done is not None
    assert (done.state, Evaluation.objects.count()) == ("canceled", 0)


def test_weights_that_leave_nothing_are_refused(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    with pytest.raises(runs.NothingToLearn, match="weights leave nothing"):
        request(workshop, snapshot, config={"weights": {"human": 0}})


def test_labels_without_a_place_teach_nothing(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    assert [source.photos for source in list_sources(snapshot=snapshot, config={})] == [1]
    bare = freeze_bare(workshop, snapshot)
    assert list_sources(snapshot=bare, config={}) == []
    with pytest.raises(runs.NothingToLearn, match="says where its VIN is"):
        request(workshop, bare)
    assert not FinetuningRun.objects.exists()


def freeze_bare(workshop: Workshop, like: DatasetSnapshot) -> DatasetSnapshot:
    """A snapshot of one photo, whose label came with an import that knew no boxes."""
    item = like.items.filter(split="train").select_related("annotation").get()
    label = item.annotation
    assert label is not None
    label.pk, label.lease, label.region, label.prediction = uuid.uuid4(), None, None, None
    label.revision, label.base_revision = label.revision + 1, label.revision
    label.save(force_insert=True)
    like.pk, like.name, like.sha256 = uuid.uuid4(), "bare", "b" * 64
    like.save(force_insert=True)
    item.pk, item.snapshot, item.annotation, item.place = None, like, label, "unknown"
    item.save(force_insert=True)
    return like
