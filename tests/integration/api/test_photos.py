"""Photos: upload, list, look at, read again, delete."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from pytest_django import Settings

from labeling import storage
from labeling.models import Annotation, Photo, Prediction, Task
from tests.conftest import People
from tests.integration.api import hostile_files as files
from tests.integration.api.asking import ROOT, As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard

pytestmark = pytest.mark.django_db


class TestUpload:
    def test_a_photo_is_stored_once_and_queued(self, people: People, api: As) -> None:
        Yard(people).champion  # noqa: B018 - it is made here
        content = files.jpeg(1)
        with audited("photo.uploaded", "photo.queued"):
            answer = api(people.annotator).upload(people.project, content, name="../../etc/gate 7.jpg")
        assert answer.status_code == 201
        (shown,) = answer.json()["created"]
        photo = Photo.objects.get(pk=shown["id"])
        assert (shown["name"], shown["state"], shown["uploaded_by"]) == ("gate 7.jpg", "queued", "annotator")
        assert storage.original_path(photo.sha256).read_bytes() == content

    def test_the_same_file_again_is_the_photo_that_is_there(self, people: People, api: As) -> None:
        first = api(people.annotator).upload(people.project, files.jpeg(1)).json()["created"][0]
        with unchanged():
            answer = api(people.reviewer).upload(people.project, files.jpeg(1), name="other.jpg")
        assert expect_refusal(answer, 409, "duplicate_photo")["fields"] == {"photo": first["id"]}

    def test_another_project_may_have_the_same_file(
        self, people: People, other_people: People, api: As
    ) -> None:
        api(people.annotator).upload(people.project, files.jpeg(1))
        answer = api(other_people.annotator).upload(other_people.project, files.jpeg(1))
        assert answer.status_code == 201
        assert Photo.objects.count() == 2

    def test_a_zip_is_reported_entry_by_entry(self, people: People, api: As) -> None:
        content = files.archive(
            [("a/one.jpg", files.jpeg(1)), ("b/two.png", files.png(2)), ("notes.txt", b"no photo")]
        )
        answer = api(people.annotator).upload(people.project, content, name="day.zip")
        assert answer.status_code == 201
        report = answer.json()
        assert {photo["name"] for photo in report["created"]} == {"one.jpg", "two.png"}
        assert [(entry["name"], entry["error"]) for entry in report["refused"]] == [
            ("notes.txt", "invalid_photo")
        ]

    def test_the_same_zip_again_changes_nothing(self, people: People, api: As) -> None:
        content = files.archive([("one.jpg", files.jpeg(1)), ("two.jpg", files.jpeg(2))])
        assert api(people.annotator).upload(people.project, content).status_code == 201
        with unchanged():
            answer = api(people.annotator).upload(people.project, content)
        expect_refusal(answer, 409, "duplicate_photo")

    def test_a_file_over_the_limit_is_refused_unread(
        self, people: People, api: As, settings: Settings
    ) -> None:
        settings.MAX_UPLOAD_MEGABYTES = 1
        with unchanged():
            answer = api(people.annotator).upload(people.project, b"\xff\xd8\xff" + b"0" * 1_100_000)
        expect_refusal(answer, 413)

    def test_a_body_over_every_limit_is_refused_unread(
        self, people: People, api: As, settings: Settings
    ) -> None:
        settings.MAX_UPLOAD_MEGABYTES = 1
        with unchanged():
            answer = api(people.annotator).upload(people.project, b"PK\x03\x04" + b"0" * 11_000_000)
        expect_refusal(answer, 413)

    @pytest.mark.parametrize("form", [{}, {"file": "a text"}, {"photo": "x"}])
    def test_a_form_without_a_file_is_refused(self, people: People, api: As, form: dict[str, str]) -> None:
        with unchanged():
            answer = api(people.annotator).client.post(f"{ROOT}/projects/{people.project.slug}/photos", form)
        assert "file" in expect_refusal(answer, 400, "invalid")["fields"]

    def test_a_body_that_is_no_form_is_refused(self, people: People, api: As) -> None:
        address = f"projects/{people.project.slug}/photos"
        with unchanged():
            expect_refusal(api(people.annotator).send("POST", address, files.jpeg(1), "image/jpeg"), 415)
            expect_refusal(
                api(people.annotator).send("POST", address, b"nonsense", "multipart/form-data; boundary=x"),
                400,
            )
            expect_refusal(api(people.annotator).send("POST", address, b"x", "multipart/form-data"), 400)

    def test_not_mine(self, people: People, other_people: People, api: As) -> None:
        with unchanged():
            expect_refusal(api(other_people.annotator).upload(people.project, files.jpeg(1)), 404)
            expect_refusal(api(people.outsider).upload(people.project, files.jpeg(1)), 404)


class TestList:
    def test_pages_follow_each_other(self, people: People, api: As) -> None:
        uploaded = [str(Yard(people).upload(seed).pk) for seed in range(5)]
        seen, after = [], ""
        for _ in range(3):
            page = (
                api(people.annotator)
                .get(f"projects/{people.project.slug}/photos?limit=2&after={after}")
                .json()
            )
            seen += [photo["id"] for photo in page["items"]]
            after = page["next_cursor"]
        assert seen == uploaded[::-1]
        assert after is None

    def test_filters(self, people: People, api: As) -> None:
        yard = Yard(people)
        read = yard.read(1).photo
        yard.upload(2)

        def find(query: str) -> list[str]:
            answer = api(people.annotator).get(f"projects/{people.project.slug}/photos?{query}")
            return [photo["id"] for photo in answer.json()["items"]]

        assert find("state=ready") == [str(read.pk)]
        assert find(f"text={VIN[3:9].lower()}") == [str(read.pk)]
        assert find("min_confidence=0.7&max_confidence=0.9") == [str(read.pk)]
        assert find("min_confidence=0.9") == []
        assert find("source=human") == []

    @pytest.mark.parametrize(
        "query",
        [
            "order=uploaded_by__password",
            "state=anything",
            "limit=0",
            "limit=100000",
            "limit=x",
            "min_confidence=nan",
            "min_confidence=2",
            "after=nonsense",
            "uploaded_by__password__startswith=a",
            "text=%00",
        ],
    )
    def test_an_odd_query_is_refused(self, people: People, api: As, query: str) -> None:
        Yard(people).upload()
        answer = api(people.annotator).get(f"projects/{people.project.slug}/photos?{query}")
        expect_refusal(answer, 400)

    def test_not_mine(self, people: People, other_people: People, api: As) -> None:
        expect_refusal(api(other_people.admin).get(f"projects/{people.project.slug}/photos"), 404)

    def test_wrong_method(self, people: People, api: As) -> None:
        with unchanged():
            expect_refusal(api(people.admin).put(f"projects/{people.project.slug}/photos", {}), 405)


class TestDetail:
    def test_works_for_every_role(self, people: People, api: As) -> None:
        photo = Yard(people).read().photo
        for person in (people.annotator, people.reviewer, people.ml_engineer, people.admin):
            shown = api(person).get(f"photos/{photo.pk}").json()
            assert (shown["vin"], shown["vin_source"], shown["state"]) == (VIN, "prediction", "ready")
            assert shown["task"] == {
                "id": str(Task.objects.get(photo=photo).pk),
                "state": "new",
                "revision": 0,
            }
            assert shown["display_url"] == f"/media/photos/{photo.pk}/display"

    def test_a_photo_that_was_not_read_has_no_task(self, people: People, api: As) -> None:
        photo = Yard(people).upload()
        assert api(people.annotator).get(f"photos/{photo.pk}").json()["task"] is None

    def test_not_mine_and_not_there_look_the_same(
        self, people: People, other_people: People, api: As
    ) -> None:
        photo = Yard(people).upload()
        foreign = expect_refusal(api(other_people.admin).get(f"photos/{photo.pk}"), 404)
        missing = expect_refusal(api(other_people.admin).get(f"photos/{uuid.uuid4()}"), 404)
        assert foreign == missing

    def test_predictions_and_annotations(self, people: People, api: As) -> None:
        annotation = Yard(people).submit()
        photo = annotation.task.photo
        (prediction,) = api(people.annotator).get(f"photos/{photo.pk}/predictions").json()["items"]
        assert (prediction["vin"], prediction["model_version"]) == (VIN, "v1")
        assert len(prediction["characters"]) == 17
        assert len(prediction["region"]) == 4
        (shown,) = api(people.annotator).get(f"photos/{photo.pk}/annotations").json()["items"]
        assert (shown["text"], shown["revision"], shown["author"]) == (VIN, 1, "annotator")

    @pytest.mark.parametrize("part", ["", "/predictions", "/annotations"])
    def test_wrong_method(self, people: People, api: As, part: str) -> None:
        photo = Yard(people).upload()
        with unchanged():
            expect_refusal(api(people.admin).post(f"photos/{photo.pk}{part}"), 405, "method_not_allowed")


class TestReread:
    def test_works(self, people: People, api: As) -> None:
        photo = Yard(people).read().photo
        with audited("photo.queued"):
            answer = api(people.annotator).post(f"photos/{photo.pk}/reread")
        assert answer.status_code == 200
        assert answer.json()["state"] == "queued"

    def test_what_waits_already_is_a_conflict(self, people: People, api: As) -> None:
        photo = Yard(people).read().photo
        api(people.annotator).post(f"photos/{photo.pk}/reread")
        with unchanged():
            expect_refusal(api(people.annotator).post(f"photos/{photo.pk}/reread"), 409, "illegal_transition")

    def test_not_mine_and_wrong_method(self, people: People, other_people: People, api: As) -> None:
        photo = Yard(people).read().photo
        with unchanged():
            expect_refusal(api(other_people.admin).post(f"photos/{photo.pk}/reread"), 404)
            expect_refusal(api(people.annotator).get(f"photos/{photo.pk}/reread"), 405)


class TestDelete:
    def test_removes_everything_of_it(self, people: People, api: As, data_dir: Path) -> None:
        photo = Yard(people).submit().task.photo
        with audited("photo.deleted"):
            assert api(people.admin).delete(f"photos/{photo.pk}").status_code == 204
        assert not Photo.objects.exists()
        assert not Prediction.objects.exists()
        assert not Annotation.objects.exists()
        assert not [path for path in data_dir.rglob("*") if path.is_file()]

    def test_what_somebody_works_on_stays(self, people: People, api: As) -> None:
        photo = Yard(people).lease().task.photo
        with unchanged():
            expect_refusal(api(people.admin).delete(f"photos/{photo.pk}"), 409, "photo_in_use")

    def test_what_a_snapshot_holds_stays(self, people: People, api: As) -> None:
        photo = Yard(people).snapshot.items.get().photo
        with unchanged():
            expect_refusal(api(people.admin).delete(f"photos/{photo.pk}"), 409, "photo_in_use")

    def test_only_an_admin_may(self, people: People, other_people: People, api: As) -> None:
        photo = Yard(people).upload()
        with unchanged():
            for person in (people.annotator, people.reviewer, people.ml_engineer):
                expect_refusal(api(person).delete(f"photos/{photo.pk}"), 403, "forbidden")
            expect_refusal(api(other_people.admin).delete(f"photos/{photo.pk}"), 404)
