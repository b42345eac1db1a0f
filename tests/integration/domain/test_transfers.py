"""Exports and imports as jobs: what goes out comes in again, whatever is lost on the way."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from inference.snapshot import SnapshotItem as FileItem
from inference.snapshot import decode_snapshot
from labeling import storage
from labeling.formats.registry import FORMATS, FormatName
from labeling.models import Annotation, DatasetSnapshot, Photo, Task, Transfer
from labeling.operations import importing, reviews, transfers
from labeling.operations.transitions import Conflict
from labeling.policies import Forbidden, NotFound
from labeling.states import IllegalTransition, TransferState
from tests.conftest import People
from tests.integration.domain.carrying import OTHER, bring, confirm, content_of, csv, export, freeze
from tests.integration.domain.workshop import VIN, Workshop

THIRD = "WVWZZZ1JZXW000001"


@pytest.mark.parametrize("form", [name for name in FormatName if name != FormatName.PADDLEOCR_RECOGNITION])
def test_what_one_project_exports_another_one_imports(
    workshop: Workshop, other_people: People, form: FormatName
) -> None:
    for seed, vin in enumerate((VIN, OTHER)):
        workshop.accept(seed, vin)
    done = export(workshop, form)
    assert (done.state, done.error) == ("succeeded", "")
    checked = bring(other_people, content_of(done), form, workshop.now, accept=True)
    assert (checked.state, checked.error, checked.report["problems"]) == ("checked", "", [])
    assert not Photo.objects.filter(project=other_people.project).exists()
    loaded = confirm(checked, other_people, workshop.now)
    assert (loaded.state, loaded.error) == ("succeeded", "")
    brought = Photo.objects.filter(project=other_people.project).order_by("vin")
    assert [(photo.vin, photo.vin_source) for photo in brought] == [(VIN, "imported"), (OTHER, "imported")]
    before = {a.text: a for a in Annotation.objects.filter(task__project=workshop.people.project)}
    for after in Annotation.objects.filter(task__project=other_people.project):
        _compare(before[after.text], after, FORMATS[form])


def _compare(before: Annotation, after: Annotation, form: Any) -> None:
    assert (after.source, after.task.state) == ("imported", "accepted")
    if "region" not in form.loses:
        assert after.region is not None
        flat = [value for corner in after.region for value in corner]
        expected = [value for corner in before.region or [] for value in corner]
        assert flat == pytest.approx(expected, abs=0.5 if "fractions" in form.loses else 1e-6)
    if "characters" not in form.loses or "turned" in form.loses:
        assert "".join(character["symbol"] for character in after.characters) == after.text


def test_the_photos_of_an_own_export_are_the_originals(workshop: Workshop, other_people: People) -> None:
    task = workshop.accept(1)
    archive = zipfile.ZipFile(io.BytesIO(content_of(export(workshop, "vinloop"))))
    snapshot = DatasetSnapshot.objects.get()
    assert storage.hash_content(archive.read("snapshot.json")) == snapshot.sha256
    assert storage.hash_content(archive.read(f"photos/{task.photo.sha256}.jpg")) == task.photo.sha256


def test_photos_keep_their_names_on_the_way_to_another_project(
    workshop: Workshop, other_people: People
) -> None:
    photo = workshop.accept(1).photo
    content = content_of(export(workshop, "vinloop"))
    confirm(bring(other_people, content, "vinloop", workshop.now, accept=True), other_people, workshop.now)
    assert photo.sha256 not in photo.name
    assert Photo.objects.get(project=other_people.project).name == photo.name


def test_recognition_lines_are_cut_out_and_come_back_as_photos(
    workshop: Workshop, other_people: People
) -> None:
    workshop.accept(1)
    form = "paddleocr_recognition"
    checked = bring(other_people, content_of(export(workshop, form)), form, workshop.now)
    assert checked.report["problems"] == []
    confirm(checked, other_people, workshop.now)
    photo = Photo.objects.get(project=other_people.project)
    assert photo.vin == VIN
    annotation = Annotation.objects.get(task__photo=photo)
    assert annotation.region == [[0, 0], [photo.width, 0], [photo.width, photo.height], [0, photo.height]]


def test_the_same_snapshot_gives_the_same_file(workshop: Workshop) -> None:
    workshop.accept(1)
    first, second = export(workshop, "coco"), export(workshop, "coco")
    assert first.result_sha256 == second.result_sha256
    assert export(workshop, "coco", with_photos=False).byte_size < first.byte_size


def test_what_a_format_cannot_say_is_left_out_and_told(workshop: Workshop) -> None:
    task = workshop.open_task(1)
    workshop.annotate(task)
    workshop.review(task, "fixed_and_accepted", text=OTHER, characters=[], region=None)
    done = export(workshop, "icdar_2015")
    assert done.report == {"photos": 0, "left_out": {"Nobody has marked where the VIN is.": 1}}
    assert "1 left out" in done.message
    assert export(workshop, "csv").report["photos"] == 1


def test_a_missing_original_fails_with_advice(workshop: Workshop) -> None:
    task = workshop.accept(1)
    snapshot = freeze(workshop)
    storage.original_path(task.photo.sha256).unlink()
    done = export(workshop, "vinloop", name=snapshot.name)
    assert (done.state, done.result_sha256) == ("failed", "")
    assert "Restore it" in done.error
    transfers.retry_transfer(transfer=done, by=workshop.people.ml_engineer, now=workshop.now)
    assert done.state == "queued"


def test_roles_and_projects(workshop: Workshop, other_people: People) -> None:
    workshop.accept(1)
    snapshot = freeze(workshop)
    people = workshop.people
    for person in (people.annotator, people.reviewer, people.ml_engineer):
        with pytest.raises(Forbidden):
            transfers.request_import(
                project=people.project,
                file=io.BytesIO(b"x"),
                name="a.csv",
                format="csv",
                by=person,
                now=workshop.now,
            )
    with pytest.raises(Forbidden):
        transfers.request_export(
            project=people.project, snapshot=snapshot, format="csv", by=people.annotator, now=workshop.now
        )
    with pytest.raises(NotFound):
        transfers.request_export(
            project=other_people.project,
            snapshot=snapshot,
            format="csv",
            by=other_people.admin,
            now=workshop.now,
        )


def request(workshop: Workshop) -> Transfer:
    workshop.accept(1)
    return transfers.request_export(
        project=workshop.people.project,
        snapshot=freeze(workshop),
        format="csv",
        by=workshop.people.ml_engineer,
        now=workshop.now,
    )


def test_one_of_two_workers_gets_it(workshop: Workshop) -> None:
    transfer = request(workshop)
    assert transfers.execute_transfer(transfer_id=transfer.pk, now=workshop.now) is not None
    assert transfers.execute_transfer(transfer_id=transfer.pk, now=workshop.now) is None


def test_a_lost_worker_gives_it_back_and_in_the_end_up(workshop: Workshop) -> None:
    transfer = request(workshop)
    for attempt in range(1, transfers.MAX_ATTEMPTS + 1):
        Transfer.objects.filter(pk=transfer.pk).update(
            state=TransferState.RUNNING, heartbeat_at=workshop.now, attempts=attempt
        )
        assert transfers.sweep_transfers(now=workshop.later(seconds=59)) == 0
        assert transfers.sweep_transfers(now=workshop.later(seconds=60)) == 1
        transfer.refresh_from_db()
        assert transfer.state == ("queued" if attempt < transfers.MAX_ATTEMPTS else "failed")
    assert "lost 3 times" in transfer.error


def test_the_lost_worker_itself_writes_nothing_any_more(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It wakes up after the sweep gave the import to another one: none of its rows stays."""
    photo = workshop.upload(1)
    checked = bring(workshop.people, csv(f"{photo.name},{VIN},,"), "csv", workshop.now, name="a.csv")
    refresh = importing.refresh_best_value

    def lose(photo: Photo) -> None:
        Transfer.objects.filter(pk=checked.pk).update(attempts=7)
        refresh(photo)

    monkeypatch.setattr(importing, "refresh_best_value", lose)
    confirm(checked, workshop.people, workshop.now)
    assert not Annotation.objects.exists()


def test_cancel(workshop: Workshop) -> None:
    transfer = request(workshop)
    transfers.cancel_transfer(transfer=transfer, by=workshop.people.ml_engineer, now=workshop.now)
    assert transfer.state == "canceled"
    assert transfers.execute_transfer(transfer_id=transfer.pk, now=workshop.now) is None
    with pytest.raises(IllegalTransition):
        transfers.cancel_transfer(transfer=transfer, by=workshop.people.ml_engineer, now=workshop.now)
    with pytest.raises(Conflict):
        transfers.retry_transfer(transfer=transfer, by=workshop.people.ml_engineer, now=workshop.now)


def test_a_running_one_stops_at_its_next_report(workshop: Workshop) -> None:
    transfer = request(workshop)
    Transfer.objects.filter(pk=transfer.pk).update(state=TransferState.RUNNING)
    transfer.refresh_from_db()
    transfers.cancel_transfer(transfer=transfer, by=workshop.people.ml_engineer, now=workshop.now)
    Transfer.objects.filter(pk=transfer.pk).update(state=TransferState.QUEUED)
    done = transfers.execute_transfer(transfer_id=transfer.pk, now=workshop.now)
    assert done is not None
    assert (done.state, done.result_sha256) == ("canceled", "")


def test_old_files_go_and_shared_ones_stay(workshop: Workshop) -> None:
    workshop.accept(1)
    old, shared = export(workshop, "csv"), export(workshop, "csv")
    Transfer.objects.filter(pk=shared.pk).update(finished_at=workshop.later(days=10))
    assert transfers.sweep_transfers(now=workshop.later(days=14)) == 1
    old.refresh_from_db()
    assert not old.has_file
    assert storage.transfer_path(shared.result_sha256).exists()
    transfers.sweep_transfers(now=workshop.now + timedelta(days=30))
    assert not storage.transfer_path(shared.result_sha256).exists()


def test_an_import_that_nobody_confirms_is_given_up(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    checked = bring(workshop.people, csv(f"{photo.name},{VIN},,"), "csv", workshop.now, name="a.csv")
    transfers.sweep_transfers(now=workshop.now + timedelta(days=14))
    checked.refresh_from_db()
    assert checked.state == "canceled"


def test_imported_labels_are_frozen_with_their_source(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    content = csv(f"{photo.name},{VIN},,windshield")
    checked = bring(workshop.people, content, "csv", workshop.now, name="a.csv", accept=True)
    confirm(checked, workshop.people, workshop.now)
    snapshot = freeze(workshop)
    (item,) = decode_snapshot(storage.snapshot_path(snapshot.sha256).read_bytes()).items
    assert isinstance(item, FileItem)
    assert (item.vin, item.source, item.kind) == (VIN, "imported", "windshield")


def test_a_rejected_import_goes_to_the_annotators(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    confirm(
        bring(workshop.people, csv(f"{photo.name},{VIN},,"), "csv", workshop.now, name="a.csv"),
        workshop.people,
        workshop.now,
    )
    task = Task.objects.get(photo=photo)
    lease = workshop.claim(task, workshop.people.reviewer, "review")
    reviews.submit_review(
        lease_id=lease.pk,
        reviewer=workshop.people.reviewer,
        verdict="rejected",
        reason="Blurred.",
        base_revision=1,
        now=workshop.now,
    )
    task.refresh_from_db()
    assert task.state == "rejected"
