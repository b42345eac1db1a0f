"""Imports: every row is looked at before any is loaded, and all are loaded or none."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from labeling.models import Annotation, Photo, Task, Transfer
from labeling.operations import importing, transfers
from labeling.policies import Forbidden
from tests.integration.domain.carrying import OTHER, bring, confirm, csv
from tests.integration.domain.test_archives import HOSTILE, pack
from tests.integration.domain.workshop import VIN, Workshop
from tests.photos import render_photo

THIRD = "WVWZZZ1JZXW000001"


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
        "which stays",
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


def test_kinds_alone_are_set_on_photos_that_are_here(workshop: Workshop) -> None:
    read, unread = workshop.accept(1).photo, workshop.upload(2)
    content = csv(f"{read.name},{VIN},,paper", f"{unread.name},,,windshield", f"{read.name},,,")
    checked = bring(workshop.people, content, "csv", workshop.now, name="a.csv")
    assert (checked.report["kind"], checked.report["known"], checked.report["problem_count"]) == (2, 0, 1)
    confirm(checked, workshop.people, workshop.now, leave_out_problems=True)
    assert set(Photo.objects.values_list("name", "kind")) == {
        (read.name, "paper"),
        (unread.name, "windshield"),
    }
    assert Annotation.objects.count() == 1


def test_a_set_that_waits_for_review_is_known(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    content = csv(f"{photo.name},{VIN},,")
    first = bring(workshop.people, content, "csv", workshop.now, name="a.csv")
    confirm(first, workshop.people, workshop.now)
    second = bring(workshop.people, content, "csv", workshop.now, name="a.csv")
    assert (second.report["known"], second.report["problem_count"]) == (1, 0)


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
