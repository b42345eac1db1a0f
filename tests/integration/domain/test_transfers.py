"""Exports and imports: every row is looked at before any is loaded, and all are loaded or none."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from inference.snapshot import SnapshotItem as FileItem
from inference.snapshot import decode_snapshot
from labeling import storage
from labeling.formats.registry import FORMATS, FormatName
from labeling.models import Annotation, DatasetSnapshot, Photo, Task, Transfer
from labeling.operations import datasets, importing, reviews, transfers
from labeling.operations.transitions import Conflict
from labeling.policies import Forbidden, NotFound
from labeling.states import IllegalTransition, TransferState
from tests.conftest import People
from tests.integration.domain.test_archives import HOSTILE, pack
from tests.integration.domain.workshop import VIN, Workshop
from tests.photos import render_photo

OTHER = "5YJSA1E26JF271234"
THIRD = "WVWZZZ1JZXW000001"


def freeze(workshop: Workshop, name: str = "first") -> DatasetSnapshot:
    return datasets.freeze_snapshot(
        project=workshop.people.project, name=name, by=workshop.people.ml_engineer, now=workshop.now
    )


def export(workshop: Workshop, form: str, *, with_photos: bool = True, name: str = "first") -> Transfer:
    snapshot = DatasetSnapshot.objects.filter(name=name).first() or freeze(workshop, name)
    transfer = transfers.request_export(
        project=workshop.people.project,
        snapshot=snapshot,
        format=form,
        by=workshop.people.ml_engineer,
        now=workshop.now,
        with_photos=with_photos,
    )
    done = transfers.execute_transfer(transfer_id=transfer.pk, now=workshop.now)
    assert done is not None
    return done


def content_of(transfer: Transfer) -> bytes:
    return storage.transfer_path(transfer.result_sha256).read_bytes()


def bring(
    people: People, content: bytes, form: str, now: Any, *, name: str = "set.zip", accept: bool = False
) -> Transfer:
    """Ask for an import and have it checked."""
    transfer = transfers.request_import(
        project=people.project,
        file=io.BytesIO(content),
        name=name,
        format=form,
        by=people.admin,
        now=now,
        accept=accept,
    )
    done = transfers.execute_transfer(transfer_id=transfer.pk, now=now)
    assert done is not None
    return done


def confirm(transfer: Transfer, people: People, now: Any, **options: bool) -> Transfer:
    transfers.confirm_import(transfer=transfer, by=people.admin, now=now, **options)
    done = transfers.execute_transfer(transfer_id=transfer.pk, now=now)
    assert done is not None
    return done


def csv(*rows: str) -> bytes:
    return "\n".join(["file,vin,box,kind", *rows]).encode()


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


def test_labels_alone_find_their_photos_by_name(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    content = csv(f"{photo.name},{VIN},,paper")
    checked = bring(workshop.people, content, "csv", workshop.now, name="list.csv")
    assert (checked.report["label"], checked.report["problem_count"]) == (1, 0)
    confirm(checked, workshop.people, workshop.now)
    photo.refresh_from_db()
    task = Task.objects.get(photo=photo)
    assert (photo.vin, photo.kind, task.state, task.revision) == (VIN, "paper", "submitted", 1)
    workshop.review(task)
    task.refresh_from_db()
    assert task.state == "accepted"


def test_the_importer_does_not_review_the_import(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    confirm(
        bring(workshop.people, csv(f"{photo.name},{VIN},,"), "csv", workshop.now, name="a.csv"),
        workshop.people,
        workshop.now,
    )
    with pytest.raises(Forbidden):
        workshop.review(Task.objects.get(photo=photo), by=workshop.people.admin)


def test_bad_rows_are_told_and_nothing_is_loaded_by_halves(workshop: Workshop) -> None:
    photo, human = workshop.upload(1), workshop.accept(2, OTHER)
    image = render_photo(50)
    rows = csv(
        f"{photo.name},{VIN},,",
        f"new.jpg,{THIRD},,",
        f"new.jpg,{THIRD},,",
        f"nowhere.jpg,{VIN},,",
        f"{human.photo.name},{VIN},,",
        "broken.jpg,,,",
        f"{photo.name},{VIN.lower()},,",
        f'outside.jpg,{VIN},"0,0,99999,10",',
        f"kind.jpg,{VIN},,dashboard",
    )
    extra = {name: render_photo(60 + n) for n, name in enumerate(["outside.jpg", "kind.jpg"])}
    content = pack({"list.csv": rows, "new.jpg": image, "broken.jpg": b"\xff\xd8\xff", **extra})
    checked = bring(workshop.people, content, "csv", workshop.now)
    places = [problem["place"] for problem in checked.report["problems"]]
    assert checked.report["loadable"] == 2
    assert set(places) == {f"list.csv, line {number}" for number in range(4, 11)}
    advice = " ".join(problem["message"] for problem in checked.report["problems"])
    expected = (
        "Keep one",
        "Add the",
        "their work stays",
        "cannot be read",
        "capitals",
        "outside",
        "no kind of",
    )
    for words in expected:
        assert words in advice
    with pytest.raises(transfers.InvalidTransfer, match="left out"):
        transfers.confirm_import(transfer=checked, by=workshop.people.admin, now=workshop.now)
    done = confirm(checked, workshop.people, workshop.now, leave_out_problems=True)
    assert (done.state, done.message) == ("succeeded", "2 of 9 rows are loaded.")
    assert Photo.objects.filter(vin=THIRD).count() == 1


def test_an_error_in_the_middle_loads_nothing(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = [workshop.upload(seed) for seed in range(3)]
    content = csv(*(f"{photo.name},{VIN[:-1]}{number},," for number, photo in enumerate(photos)))
    checked = bring(workshop.people, content, "csv", workshop.now, name="a.csv")
    calls = iter([None, IntegrityError("photo_once_a_project")])
    refresh = importing.refresh_best_value

    def refresh_once(photo: Photo) -> None:
        if error := next(calls):
            raise error
        refresh(photo)

    monkeypatch.setattr(importing, "refresh_best_value", refresh_once)
    done = confirm(checked, workshop.people, workshop.now)
    assert (done.state, "Try again" in done.error) == ("failed", True)
    assert not Annotation.objects.exists()
    monkeypatch.undo()
    transfers.retry_transfer(transfer=done, by=workshop.people.admin, now=workshop.now)
    again = transfers.execute_transfer(transfer_id=done.pk, now=workshop.now)
    assert again is not None
    assert (again.state, Annotation.objects.count()) == ("succeeded", 3)


def test_what_changed_since_the_check_is_shown_again(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    checked = bring(workshop.people, csv(f"{photo.name},{VIN},,"), "csv", workshop.now, name="a.csv")
    workshop.read(photo)
    workshop.annotate(Task.objects.get(photo=photo), OTHER)
    again = confirm(checked, workshop.people, workshop.now)
    assert (again.state, again.confirmed_at, again.report["problem_count"]) == ("checked", None, 1)
    assert Annotation.objects.get().text == OTHER


def test_the_same_set_twice_changes_nothing_the_second_time(workshop: Workshop) -> None:
    content = pack({"a.csv": csv(f"new.jpg,{VIN},,"), "new.jpg": render_photo(7)})
    confirm(bring(workshop.people, content, "csv", workshop.now, accept=True), workshop.people, workshop.now)
    second = bring(workshop.people, content, "csv", workshop.now, accept=True)
    assert (second.report["known"], second.report["loadable"]) == (1, 0)
    with pytest.raises(transfers.InvalidTransfer, match="No row"):
        transfers.confirm_import(transfer=second, by=workshop.people.admin, now=workshop.now)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_archives_fail_as_a_whole(workshop: Workshop, hostile: Any) -> None:
    done = bring(workshop.people, hostile(), "csv", workshop.now)
    assert done.state == "failed"
    assert len(done.error) > 10
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.docx", b"words"),
        ("a.csv", b"file;vin"),
        ("a.csv", b"x"),
        ("a.json", b"{}"),
        ("z.zip", b"PK\x05\x06" + bytes(18)),
    ],
)
def test_what_is_no_set_fails_with_advice(workshop: Workshop, name: str, content: bytes) -> None:
    done = bring(workshop.people, content, "csv", workshop.now, name=name)
    assert (done.state, done.report) == ("failed", {})
    assert done.error.endswith((".", "?", "Choose another."))


def test_an_empty_file_is_refused_at_once(workshop: Workshop) -> None:
    with pytest.raises(transfers.InvalidTransfer, match="empty"):
        bring(workshop.people, b"", "csv", workshop.now)
    assert not Transfer.objects.exists()


def test_a_file_beyond_the_limit_is_refused_at_once(workshop: Workshop, settings: Any) -> None:
    settings.MAX_TRANSFER_MEGABYTES = 1
    with pytest.raises(transfers.PhotoTooLarge):
        bring(workshop.people, bytes(1024 * 1024 + 1), "csv", workshop.now)
    assert not list((settings.DATA_DIR / "incoming").iterdir())


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
