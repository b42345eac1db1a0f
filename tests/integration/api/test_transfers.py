"""Exports and imports over the API: ask, watch, confirm, fetch."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from labeling.models import Annotation, Project, Transfer
from labeling.operations import transfers
from tests.conftest import People
from tests.integration.api.asking import ROOT, Answer, Api, As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard

pytestmark = pytest.mark.django_db


def send(asker: Api, project: Project, content: bytes, name: str = "list.csv", **fields: Any) -> Answer:
    file = SimpleUploadedFile(name, content, content_type="application/octet-stream")
    body = {"file": file, "format": "csv", **fields}
    return asker.client.post(f"{ROOT}/projects/{project.slug}/imports", body, headers=asker.headers)


def work_off(answer: Answer) -> None:
    transfers.execute_transfer(transfer_id=answer.json()["id"], now=timezone.now())


def test_an_export_from_asking_to_fetching(people: People, api: As) -> None:
    snapshot = Yard(people).snapshot
    asker = api(people.ml_engineer)
    with audited("export.requested"):
        answer = asker.post(
            f"projects/{people.project.slug}/exports", {"snapshot": str(snapshot.pk), "format": "coco"}
        )
    assert answer.status_code == 201
    address = f"transfers/{answer.json()['id']}"
    expect_refusal(asker.get(f"{address}/file"), 404)
    with audited("export.started", "export.succeeded"):
        work_off(answer)
    shown = asker.get(address).json()
    assert (shown["state"], shown["has_file"], shown["report"]["photos"]) == ("succeeded", True, 1)
    file = asker.get(f"{address}/file")
    assert file["Content-Disposition"] == 'attachment; filename="first-coco.zip"'
    assert (file["X-Content-Type-Options"], file["Content-Type"]) == ("nosniff", "application/zip")
    names = zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content))).namelist()
    assert "annotations/instances_train.json" in names
    (listed,) = asker.get(f"projects/{people.project.slug}/transfers").json()["items"]
    assert listed == shown
    expect_refusal(api(people.annotator).get(f"{address}/file"), 403, "forbidden")


def test_an_import_from_upload_to_label(people: People, api: As) -> None:
    yard = Yard(people)
    photo, asker = yard.upload(1), api(people.admin)
    with audited("import.requested"):
        answer = send(asker, people.project, f"file,vin\n{photo.name},{VIN}\n".encode(), accept="true")
    assert answer.status_code == 201, answer.content
    address = f"transfers/{answer.json()['id']}"
    expect_refusal(asker.post(f"{address}/confirm"), 409, "illegal_transition")
    work_off(answer)
    checked = asker.get(address).json()
    assert (checked["state"], checked["report"]["label"], checked["options"]) == (
        "checked",
        1,
        {"accept": True},
    )
    assert not Annotation.objects.exists()
    assert asker.post(f"{address}/confirm").json()["state"] == "queued"
    work_off(answer)
    assert asker.get(address).json()["state"] == "succeeded"
    assert asker.get(f"photos/{photo.pk}").json()["vin_source"] == "imported"


def test_problems_are_left_out_only_when_that_is_said(people: People, api: As) -> None:
    yard = Yard(people)
    photo, asker = yard.upload(1), api(people.admin)
    answer = send(asker, people.project, f"file,vin\n{photo.name},{VIN}\nno.jpg,{VIN}\n".encode())
    work_off(answer)
    address = f"transfers/{answer.json()['id']}"
    (problem,) = asker.get(address).json()["report"]["problems"]
    assert problem["place"] == "list.csv, line 3"
    with unchanged():
        refusal = expect_refusal(asker.post(f"{address}/confirm"), 400, "invalid_transfer")
    assert "leave_out_problems" in refusal["fields"]
    assert asker.post(f"{address}/confirm", {"leave_out_problems": True}).status_code == 200


@pytest.mark.parametrize(
    "fields", [{"format": "pickle"}, {"format": ""}, {"accept": "perhaps"}, {"source": "human"}]
)
def test_bad_fields(people: People, api: As, fields: dict[str, str], data_dir: Path) -> None:
    with unchanged():
        answer = send(api(people.admin), people.project, b"file,vin\n", **fields)
    assert expect_refusal(answer, 400)["fields"]


def test_an_empty_file_and_none(people: People, api: As) -> None:
    with unchanged():
        expect_refusal(send(api(people.admin), people.project, b""), 400, "invalid_transfer")
        address = f"{ROOT}/projects/{people.project.slug}/imports"
        expect_refusal(api(people.admin).client.post(address, {"format": "csv"}), 400)


def test_too_large(people: People, api: As, settings: Any) -> None:
    settings.MAX_TRANSFER_MEGABYTES = 1
    with unchanged():
        expect_refusal(send(api(people.admin), people.project, bytes(2 * 1024 * 1024)), 413)


def test_roles_and_strangers(people: People, other_people: People, api: As) -> None:
    snapshot = Yard(people).snapshot
    body = {"snapshot": str(snapshot.pk), "format": "csv"}
    exports = f"projects/{people.project.slug}/exports"
    with unchanged():
        for person in (people.annotator, people.reviewer):
            expect_refusal(api(person).post(exports, body), 403, "forbidden")
        for person in (people.annotator, people.reviewer, people.ml_engineer):
            expect_refusal(send(api(person), people.project, b"x"), 403, "forbidden")
        expect_refusal(send(api(other_people.admin), people.project, b"x"), 404)
        elsewhere = f"projects/{other_people.project.slug}/exports"
        expect_refusal(api(other_people.admin).post(elsewhere, body), 404)


def test_cancel_and_retry(people: People, api: As) -> None:
    transfer = Yard(people).transfer
    asker = api(people.admin)
    expect_refusal(asker.post(f"transfers/{transfer.pk}/retry"), 409)
    with audited("import.canceled"):
        assert asker.post(f"transfers/{transfer.pk}/cancel").json()["state"] == "canceled"
    Transfer.objects.filter(pk=transfer.pk).update(state="failed", error="Full.")
    with audited("import.retried"):
        assert asker.post(f"transfers/{transfer.pk}/retry").json()["state"] == "queued"
