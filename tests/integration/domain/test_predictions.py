"""Reading photos: each once, whatever is killed or fails."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection

from inference.decoding import UndecodableImage
from inference.types import Barcode, Candidate, LineReading, Reading, Stages
from labeling import queue, storage
from labeling.models import ModelVersion, Photo, Prediction, Task
from labeling.operations import annotations, model_versions, photos, predictions
from labeling.states import IllegalTransition
from tests.conftest import People
from tests.integration.domain.workshop import VIN, PlainReader, Workshop


def worth_of(confidence: float) -> float:
    """By the default weights, of a photo of which nobody knows yet how new it is."""
    return 0.5 * (1 - confidence) + 0.25 * 0.5


def test_a_reading_becomes_a_prediction_and_a_task(workshop: Workshop) -> None:
    photo = workshop.upload()
    prediction = workshop.read(photo, PlainReader(confidence=0.7))
    assert (prediction.vin, prediction.model_version) == (VIN, workshop.version)
    assert prediction.characters[3]["symbol"] == VIN[3]
    assert prediction.region[0] == [10.0, 20.0]
    assert (photo.state, photo.vin, photo.confidence, photo.vin_source) == ("ready", VIN, 0.7, "prediction")
    assert photo.task.state == "new"
    assert math.isclose(photo.task.priority, worth_of(0.7))


def test_how_a_photo_was_read_is_kept(workshop: Workshop) -> None:
    class ExplainingReader(PlainReader):
        def read_file(self, path: Path) -> Reading:
            quad = ((1.0, 2.0), (3.0, 2.0), (3.0, 4.0), (1.0, 4.0))
            stages = Stages(
                looks=3,
                lines=(LineReading("sequence", VIN, (0.9,) * 17),),
                candidates=(Candidate(VIN, 0.8),),
                barcodes=(Barcode("Code39", VIN, VIN, quad),),
                barcode_verdict="agrees",
                milliseconds={"detect": 12.5},
            )
            return replace(super().read_file(path), stages=stages)

    stages = workshop.read(workshop.upload(), ExplainingReader()).stages
    assert stages["looks"] == 3
    assert stages["lines"][0]["text"] == VIN
    assert stages["candidates"] == [{"vin": VIN, "probability": 0.8}]
    assert (stages["barcodes"][0]["quad"][1], stages["barcode_verdict"]) == ([3.0, 2.0], "agrees")
    assert stages["milliseconds"] == {"detect": 12.5}


def test_no_vin_is_a_reading_too(workshop: Workshop) -> None:
    photo = workshop.upload()
    prediction = workshop.read(photo, PlainReader(vin=None, confidence=0.0))
    assert (prediction.vin, prediction.region, photo.state) == ("", None, "ready")
    assert math.isclose(photo.task.priority, worth_of(0.0))


def test_what_lies_outside_of_the_photo_is_left_out_so_that_the_rest_can_be_submitted(
    workshop: Workshop,
) -> None:
    task = workshop.open_task(reader=PlainReader(shift=500.0))
    prediction = Prediction.objects.get(photo=task.photo)
    quads = [character["quad"] for character in prediction.characters]
    assert quads[0] is not None
    assert quads[16] is None
    annotation = annotations.submit_annotation(
        lease_id=workshop.claim(task, workshop.people.annotator).pk,
        holder=workshop.people.annotator,
        text=prediction.vin,
        characters=prediction.characters,
        region=prediction.region,
        base_revision=0,
        now=workshop.now,
    )
    assert annotation.region == prediction.region


def test_a_second_message_does_nothing(workshop: Workshop) -> None:
    photo, reader = workshop.upload(), PlainReader()
    workshop.read(photo, reader)
    assert workshop.read(photo, reader) is None
    assert len(reader.read) == 1
    assert Prediction.objects.count() == 1


def test_a_photo_that_is_gone_is_no_error(workshop: Workshop) -> None:
    photo = workshop.upload()
    Photo.objects.filter(pk=photo.pk).delete()
    done = predictions.predict_photo(
        photo_id=photo.pk,
        reader_for=lambda version: PlainReader(),
        now=workshop.now,
    )
    assert done is None


def test_twenty_messages_at_once_read_it_once(busy_workshop: Workshop) -> None:
    photo, reader, start = busy_workshop.upload(), PlainReader(), threading.Barrier(20)

    def deliver(_: int) -> bool:
        start.wait()
        try:
            done = predictions.predict_photo(
                photo_id=photo.pk, reader_for=lambda version: reader, now=busy_workshop.now
            )
            return done is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(deliver, range(20)))

    assert outcomes.count(True) == 1
    assert len(reader.read) == 1
    assert Prediction.objects.count() == 1


def test_no_transaction_is_open_while_it_is_read(busy_workshop: Workshop) -> None:
    seen: list[bool] = []

    class WatchingReader(PlainReader):
        def read_file(self, path: Path) -> Reading:
            seen.append(connection.in_atomic_block)
            return super().read_file(path)

    busy_workshop.read(busy_workshop.upload(), WatchingReader())
    assert seen == [False]


def test_a_damaged_photo_is_set_aside_at_once(workshop: Workshop) -> None:
    photo = workshop.upload()
    workshop.read(photo, PlainReader(error=UndecodableImage("The photo is damaged.")))
    assert (photo.state, photo.failure, photo.attempts) == ("quarantined", "The photo is damaged.", 1)


def test_a_lost_original_is_not_the_photos_fault(workshop: Workshop) -> None:
    photo = workshop.upload()
    storage.original_path(photo.sha256).unlink()
    workshop.read(photo)
    assert photo.state == "failed"
    assert "missing" in photo.failure


@pytest.mark.parametrize(
    "reader",
    [
        PlainReader(error=RuntimeError("no more memory")),
        PlainReader(confidence=math.nan),
        PlainReader(vin="1HGCM82633A0043521HGCM"),
    ],
    ids=["raises", "not a number", "too long"],
)
def test_errors_are_tried_three_times_and_kept(workshop: Workshop, reader: PlainReader) -> None:
    photo = workshop.upload()
    states = []
    for _ in range(3):
        workshop.read(photo, reader)
        states.append(photo.state)
    assert states == ["queued", "queued", "quarantined"]
    assert photo.failure
    assert not Prediction.objects.exists()


def test_an_error_is_forgotten_after_a_success(workshop: Workshop) -> None:
    photo = workshop.upload()
    workshop.read(photo, PlainReader(error=RuntimeError("hiccup")))
    workshop.read(photo)
    assert (photo.state, photo.failure) == ("ready", "")


def test_each_attempt_waits_longer(workshop: Workshop) -> None:
    photo, reader = workshop.upload(), PlainReader(error=RuntimeError("hiccup"))
    workshop.read(photo, reader)
    assert photo.nudge_at == workshop.later(seconds=30)
    workshop.read(photo, reader)
    assert photo.nudge_at == workshop.later(seconds=60)


def claim_and_die(workshop: Workshop, photo: Photo) -> None:
    """What a worker leaves behind that is killed while it reads."""

    class Killed(BaseException):
        pass

    class DyingReader(PlainReader):
        def read_file(self, path: Path) -> Reading:
            raise Killed

    with pytest.raises(Killed):
        workshop.read(photo, DyingReader())
    photo.refresh_from_db()
    assert photo.state == "processing"


def test_a_photo_of_a_killed_worker_is_queued_again(workshop: Workshop) -> None:
    photo = workshop.upload()
    claim_and_die(workshop, photo)
    assert predictions.sweep_photos(now=workshop.later(seconds=64)).requeued == 0
    assert predictions.sweep_photos(now=workshop.later(seconds=65)).requeued == 1
    workshop.read(photo)
    assert (photo.state, photo.attempts) == ("ready", 2)


def test_a_photo_that_kills_its_workers_is_set_aside(workshop: Workshop) -> None:
    photo = workshop.upload()
    for attempt in range(1, 4):
        claim_and_die(workshop, photo)
        swept = predictions.sweep_photos(now=workshop.later(minutes=attempt * 5))
        Photo.objects.filter(pk=photo.pk).update(claimed_at=workshop.now)
    assert swept.quarantined == 1
    photo.refresh_from_db()
    assert photo.state == "quarantined"
    assert "worker was lost" in photo.failure


def test_who_was_taken_for_dead_records_nothing(workshop: Workshop) -> None:
    """A worker that only was slow comes back after another one has read its photo."""
    photo = workshop.upload()

    class SlowReader(PlainReader):
        def read_file(self, path: Path) -> Reading:
            late = workshop.later(minutes=2)
            predictions.sweep_photos(now=late)
            workshop.read(Photo.objects.get(pk=photo.pk), PlainReader(vin=VIN), at=late)
            return Reading("9" * 17, 0.1, None, (), super().read_file(path).quality, (1, 1), 1.0)

    assert workshop.read(photo, SlowReader()) is None
    assert [prediction.vin for prediction in photo.predictions.all()] == [VIN]
    assert photo.vin == VIN


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The messages that the sweep sends, instead of a broker."""
    sent: list[str] = []

    def send(name: str, kwargs: dict[str, str], *, expires: float | None = None) -> bool:
        sent.append(f"{name} {next(iter(kwargs.values()))}")
        return True

    monkeypatch.setattr(queue, "send", send)
    monkeypatch.setattr(queue, "count_waiting", lambda name: 0)
    return sent


def sweep(at: datetime) -> None:
    predictions.sweep_photos(now=at)


def test_a_photo_that_nobody_took_is_asked_for_again(workshop: Workshop, nudges: list[str]) -> None:
    photo = workshop.upload()
    photos.render_photo(photo_id=photo.pk, now=workshop.now)
    sweep(workshop.later(seconds=29))
    assert nudges == []
    sweep(workshop.later(seconds=30))
    sweep(workshop.later(seconds=40))
    assert nudges == [f"vinloop.predict_photo {photo.pk}"]
    sweep(workshop.later(seconds=60))
    assert len(nudges) == 2


def test_missing_copies_are_asked_for_again(workshop: Workshop, nudges: list[str]) -> None:
    photo = workshop.upload()
    workshop.read(photo)
    sweep(workshop.later(seconds=30))
    sweep(workshop.later(seconds=59))
    assert nudges == [f"vinloop.render_photo {photo.pk}"]


def test_copies_that_cannot_be_made_are_not_tried_for_ever(workshop: Workshop, nudges: list[str]) -> None:
    photo = workshop.upload()
    workshop.read(photo)
    storage.original_path(photo.sha256).unlink()
    for day in range(1, 9):
        at = workshop.later(days=day)
        nudges.clear()
        sweep(at)
        if nudges:
            with pytest.raises(FileNotFoundError):
                photos.render_photo(photo_id=photo.pk, now=at)
    photo.refresh_from_db()
    assert (photo.render_attempts, nudges) == (5, [])


def test_a_long_queue_gets_no_more_messages(
    workshop: Workshop, nudges: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.upload()
    monkeypatch.setattr(queue, "count_waiting", lambda name: 1000)
    sweep(workshop.later(minutes=5))
    assert nudges == []


def test_photos_that_came_first_are_queued_when_a_version_comes(
    people: People, now: datetime, nudges: list[str]
) -> None:
    workshop = Workshop(people=people, now=now)
    photo = workshop.upload()
    sweep(workshop.now)
    photo.refresh_from_db()
    assert photo.state == "uploaded"
    workshop.open()
    sweep(workshop.now)
    photo.refresh_from_db()
    assert photo.state == "queued"


def promote_another(workshop: Workshop) -> ModelVersion:
    version = workshop.register("second")
    model_versions.promote_version(
        version=version, by=workshop.people.ml_engineer, now=workshop.now, override_reason="A test."
    )
    return version


def test_reading_again_with_a_newer_version_adds_a_prediction(workshop: Workshop) -> None:
    photo = workshop.upload()
    workshop.read(photo, PlainReader(confidence=0.5))
    newer = promote_another(workshop)
    photos.reread_photo(photo=photo, by=workshop.people.annotator, now=workshop.now)
    workshop.read(photo, PlainReader("5YJSA1E26JF271234", 0.9), at=workshop.later(hours=1))
    assert photo.predictions.count() == 2
    assert photo.predictions.get(model_version=newer).confidence == 0.9
    assert (photo.vin, photo.confidence) == ("5YJSA1E26JF271234", 0.9)
    assert math.isclose(Task.objects.get(photo=photo).priority, worth_of(0.9))


def test_reading_again_never_touches_what_people_wrote(workshop: Workshop) -> None:
    task = workshop.accept(1)
    promote_another(workshop)
    photo = task.photo
    photo.refresh_from_db()
    photos.reread_photo(photo=photo, by=workshop.people.annotator, now=workshop.now)
    workshop.read(photo, PlainReader("5YJSA1E26JF271234", 1.0))
    after = Task.objects.get(pk=task.pk)
    assert (after.state, after.priority, after.revision) == ("accepted", task.priority, 1)
    assert (photo.vin, photo.vin_source) == (VIN, "human")


def test_reading_again_with_the_same_version_reads_nothing(workshop: Workshop) -> None:
    photo, reader = workshop.upload(), PlainReader()
    first = workshop.read(photo, reader)
    photos.reread_photo(photo=photo, by=workshop.people.annotator, now=workshop.now)
    assert workshop.read(photo, reader) == first
    assert photo.state == "ready"
    assert len(reader.read) == 1


def test_what_waits_already_is_not_queued_twice(workshop: Workshop) -> None:
    photo = workshop.upload()
    with pytest.raises(IllegalTransition):
        photos.reread_photo(photo=photo, by=workshop.people.annotator, now=workshop.now)


def test_quarantine_is_left_on_request_with_all_attempts_ahead(workshop: Workshop) -> None:
    photo = workshop.upload()
    workshop.read(photo, PlainReader(error=UndecodableImage("damaged")))
    photos.reread_photo(photo=photo, by=workshop.people.annotator, now=workshop.now)
    assert (photo.state, photo.attempts, photo.failure) == ("queued", 0, "")
