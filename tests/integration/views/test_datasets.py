"""Pages of snapshots, their doubts and differences, exports and imports."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labeling.models import DatasetSnapshot, Photo, Prediction, Task, Transfer
from labeling.operations import transfers
from labeling.queries import dataset_differences as differences
from tests.conftest import People
from tests.integration.views import rows


@pytest.fixture(autouse=True)
def _data_dir(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"


def _url(people: People, name: str, *keys: object) -> str:
    return reverse(name, args=[people.project.slug, *keys])


def _page(people: People, name: str, *keys: object, role: str = "ml_engineer", query: str = "") -> str:
    response = people.client(role).get(_url(people, name, *keys) + query)
    assert response.status_code == 200
    return response.content.decode()


def _accept(people: People) -> Photo:
    photo = rows.add_photo(people, Photo.objects.count() + 1)
    rows.add_annotation(people, rows.add_task(people, photo, "accepted"))
    return photo


def _freeze(people: People, **data: Any) -> DatasetSnapshot:
    sent = {"name": "June", "split_seed": 1, "sources": ["human"], **data}
    response = people.client("ml_engineer").post(_url(people, "datasets"), sent)
    snapshot = DatasetSnapshot.objects.get(name=sent["name"])
    assert response["Location"] == _url(people, "dataset", snapshot.pk)
    return snapshot


def test_the_page_of_a_snapshot_tells_what_is_in_it(people: People) -> None:
    photo = _accept(people)
    Photo.objects.filter(pk=photo.pk).update(kind="stamped_metal")
    snapshot = _freeze(people, kinds=["stamped_metal"], balance_kinds="on")
    html = _page(people, "dataset", snapshot.pk)
    for words in ("Stamped metal", "People", "all kinds weigh the same", snapshot.sha256[:16]):
        assert words in html
    assert "Export" not in _page(people, "dataset", snapshot.pk, role="annotator").split("<main")[1]


def test_a_choice_that_cannot_be_is_told_and_kept(people: People) -> None:
    _accept(people)
    sent = {"name": "June", "split_seed": 1, "sources": ["human"]}
    days = {"uploaded_from": "2026-03-02", "uploaded_until": "2026-03-01"}
    response = people.client("ml_engineer").post(_url(people, "datasets"), {**sent, **days})
    assert response.status_code == 400
    assert "The first day comes after the last one" in response.content.decode()
    assert 'value="2026-03-02"' in response.content.decode()
    without = people.client("ml_engineer").post(_url(people, "datasets"), {"name": "June", "split_seed": 1})
    assert without.status_code == 400


def test_a_suspected_label_is_sent_back(people: People) -> None:
    right, wrong = _accept(people), _accept(people)
    version = rows.add_version(people)
    for photo, vin in ((right, rows.VIN), (wrong, rows.VIN[:-1] + "0")):
        Prediction.objects.create(
            photo=photo,
            model_version=version,
            vin=vin,
            confidence=0.97,
            milliseconds=9,
            created_at=timezone.now(),
        )
    snapshot = _freeze(people)
    html = _page(people, "dataset", snapshot.pk)
    assert '<mark class="odd-symbol">0</mark>' in html
    assert html.count('name="photos"') == 1
    client = people.client("ml_engineer")
    answer = client.post(_url(people, "dataset-doubts", snapshot.pk), {"photos": [wrong.pk]}, follow=True)
    assert "1 label goes back to review" in answer.content.decode()
    assert Task.objects.get(photo=wrong).state == "submitted"
    again = client.post(_url(people, "dataset-doubts", snapshot.pk), {"photos": [wrong.pk]}, follow=True)
    assert "have changed since" in again.content.decode()
    odd = client.post(_url(people, "dataset-doubts", snapshot.pk), {"photos": ["x"]}, follow=True)
    assert "no photos" in odd.content.decode()


def test_labels_without_a_region_are_listed_with_what_to_do(people: People) -> None:
    known, bare = _accept(people), rows.add_photo(people, 7)
    task = rows.add_task(people, bare, "accepted")
    rows.add_annotation(people, task, region=None, characters=[])
    snapshot = _freeze(people)
    html = _page(people, "dataset", snapshot.pk)
    assert not snapshot.counts["test"]
    assert "1 label has no region" in html
    assert "send them back to review and draw the region" in html
    listed = html.split('id="placeless"')[1].split('id="suspects"')[0]
    assert str(bare.pk) in listed
    assert str(known.pk) not in listed
    client = people.client("ml_engineer")
    client.post(_url(people, "dataset-doubts", snapshot.pk), {"photos": [bare.pk]})
    assert Task.objects.get(photo=bare).state == "submitted"


def test_near_duplicates_are_side_by_side(people: People) -> None:
    first, second = _accept(people), _accept(people)
    Photo.objects.filter(pk=second.pk).update(near_duplicate_of=first)
    html = _page(people, "dataset", _freeze(people).pk)
    assert html.count(str(first.pk)) >= 1
    assert "1 pair" in html


def test_the_difference_to_the_one_before(people: People) -> None:
    _accept(people)
    first = _freeze(people)
    assert "no other snapshot" in _page(people, "dataset-difference", first.pk)
    added = _accept(people)
    second = _freeze(people, name="July")
    html = _page(people, "dataset-difference", second.pk)
    assert "From June to July" in html
    assert str(added.pk) in html
    assert "Removed" in _page(people, "dataset-difference", first.pk, query=f"?against={second.pk}")
    client = people.client("ml_engineer")
    url = _url(people, "dataset-difference", first.pk)
    assert client.get(f"{url}?against=nonsense").status_code == 404
    assert "Nothing differs" in client.get(f"{url}?against={first.pk}").content.decode()


def test_a_long_difference_comes_page_by_page(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "SHOWN", 2)
    _accept(people)
    first = _freeze(people)
    added = sorted(str(_accept(people).pk) for _ in range(3))
    second = _freeze(people, name="July")
    address = _url(people, "dataset-difference", second.pk)
    pages = [
        people.client("ml_engineer").get(f"{address}?against={first.pk}{more}").content.decode()
        for more in ("", "&skip=2", "&skip=nonsense")
    ]
    assert [sum(photo in page for photo in added) for page in pages] == [2, 1, 2]
    assert "1 to 2 of 3." in pages[0]
    assert "3 to 3 of 3." in pages[1]
    assert "skip=2" in pages[0]
    assert "First changes" in pages[1]
    assert 'rel="next"' not in pages[1]


def test_an_export_from_the_page_of_its_snapshot(people: People) -> None:
    snapshot = rows.add_snapshot(people)
    client = people.client("ml_engineer")
    answer = client.post(_url(people, "dataset-export", snapshot.pk), {"format": "yolo", "with_photos": "on"})
    transfer = Transfer.objects.get()
    assert answer["Location"] == _url(people, "transfer", transfer.pk)
    assert (transfer.format, transfer.options) == ("yolo", {"with_photos": True})
    assert 'hx-trigger="every 1s"' in _page(people, "transfer", transfer.pk)
    assert "YOLO characters" in _page(people, "transfers")
    odd = client.post(_url(people, "dataset-export", snapshot.pk), {"format": "pickle"}, follow=True)
    assert "Choose a format" in odd.content.decode()


def _upload(client: Client, people: People, content: bytes) -> Any:
    file = SimpleUploadedFile("list.csv", content)
    return client.post(_url(people, "transfers"), {"file": file, "format": "csv", "accept": "accept"})


def test_an_import_is_shown_before_it_is_confirmed(people: People) -> None:
    photo = rows.add_photo(people)
    client = people.client("admin")
    _upload(client, people, f"file,vin\n{photo.name},{rows.VIN}\nno.jpg,{rows.VIN}\n".encode())
    transfer = Transfer.objects.get()
    transfers.execute_transfer(transfer_id=transfer.pk, now=timezone.now())
    html = _page(people, "transfer", transfer.pk, role="admin")
    assert "Load 1 row and leave 1 out" in html
    assert "list.csv, line 3" in html
    assert "Load 1 row" not in _page(people, "transfer", transfer.pk, role="annotator")
    client.post(_url(people, "transfer-confirm", transfer.pk), {"leave_out_problems": "yes"})
    transfers.execute_transfer(transfer_id=transfer.pk, now=timezone.now())
    assert "1 of 2 rows are loaded" in _page(people, "transfer", transfer.pk)
    assert "an import" in _page(people, "photo", photo.pk)


def test_an_empty_file_is_told_beside_its_field(people: People) -> None:
    answer = _upload(people.client("admin"), people, b"")
    assert answer.status_code == 400
    assert "The file is empty" in answer.content.decode()
    assert not Transfer.objects.exists()


def test_a_failed_one_says_why_and_can_be_tried_again(people: People) -> None:
    transfer = rows.add_transfer(
        people, rows.add_snapshot(people), state="failed", error="The disk of the server is full."
    )
    assert "The disk of the server is full." in _page(people, "transfer", transfer.pk)
    people.client("ml_engineer").post(_url(people, "transfer-retry", transfer.pk))
    transfer.refresh_from_db()
    assert (transfer.state, transfer.error) == ("queued", "")


def test_the_file_of_an_export_is_fetched_by_those_who_train(people: People) -> None:
    transfer = transfers.request_import(
        project=people.project,
        file=io.BytesIO(b"x"),
        name="a.csv",
        format="csv",
        by=people.admin,
        now=timezone.now(),
    )
    html = _page(people, "transfer", transfer.pk, role="admin")
    assert "Download" not in html
    assert "Waiting for the worker" in html


def test_the_kind_of_a_photo_is_said_on_its_page(people: People) -> None:
    photo = rows.add_photo(people)
    client = people.client("annotator")
    client.post(_url(people, "photo-kind", photo.pk), {"kind": "paper"})
    photo.refresh_from_db()
    assert photo.kind == "paper"
    answer = client.post(_url(people, "photo-kind", photo.pk), {"kind": "dashboard"}, follow=True)
    assert "from the list" in answer.content.decode()
