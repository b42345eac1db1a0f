"""Photos as files: behind a question of permission, never as something that a browser would run."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from labeling.models import Photo
from labeling.operations import photos
from tests.conftest import People
from tests.integration.api import hostile_files as files
from tests.integration.api.asking import Answer, Api, As, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db

RENDITIONS = ("display", "thumbnail", "original")


def _render(photo: Photo) -> Photo:
    photos.render_photo(photo_id=photo.pk, now=timezone.now())
    return photo


def _content(answer: Answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("rendition", RENDITIONS)
def test_members_see_it_and_a_browser_may_only_show_it(people: People, api: As, rendition: str) -> None:
    photo = _render(Yard(people).upload())
    for person in (people.annotator, people.reviewer, people.ml_engineer, people.admin):
        answer = api(person).get(f"/media/photos/{photo.pk}/{rendition}")
        assert answer.status_code == 200
        assert Image.open(io.BytesIO(_content(answer))).size == (320, 240)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "private" in answer["Cache-Control"]
    assert {"Cookie", "Authorization"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_the_original_is_a_download_and_the_copies_are_not(people: People, api: As) -> None:
    photo = _render(Yard(people).upload())
    original = api(people.annotator).get(f"/media/photos/{photo.pk}/original")
    display = api(people.annotator).get(f"/media/photos/{photo.pk}/display")
    assert original["Content-Disposition"] == 'attachment; filename="photo-0.jpg"'
    assert _content(original) == files.jpeg(0)
    assert "attachment" not in display.get("Content-Disposition", "")


def test_a_name_cannot_break_out_of_its_header(people: People, api: As) -> None:
    name = 'a";\r\nSet-Cookie: stolen=1; ü.jpg'
    api(people.annotator).upload(people.project, files.jpeg(1), name=name)
    photo = Photo.objects.get()
    answer = api(people.annotator).get(f"/media/photos/{photo.pk}/original")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer
    assert not set("\r\n") & set(answer["Content-Disposition"])


@pytest.mark.parametrize("rendition", RENDITIONS)
def test_not_mine_not_there_and_nobody(people: People, other_people: People, api: As, rendition: str) -> None:
    photo = _render(Yard(people).upload())
    address = f"/media/photos/{photo.pk}/{rendition}"
    expect_refusal(api(other_people.admin).get(address), 404)
    expect_refusal(api(people.outsider).get(address), 404)
    expect_refusal(Api(Client()).get(address), 401)


def test_other_renditions_and_methods(people: People, api: As) -> None:
    photo = _render(Yard(people).upload())
    with unchanged():
        expect_refusal(api(people.annotator).get(f"/media/photos/{photo.pk}/secret"), 404)
        expect_refusal(api(people.annotator).get(f"/media/photos/{photo.pk}/..%2f..%2fetc"), 404)
        expect_refusal(api(people.admin).delete(f"/media/photos/{photo.pk}/original"), 405)
        expect_refusal(api(people.admin).post(f"/media/photos/{photo.pk}/original"), 405)


def test_a_copy_that_is_not_made_yet_says_so(people: People, api: As) -> None:
    photo = Yard(people).upload()
    answer = api(people.annotator).get(f"/media/photos/{photo.pk}/display")
    expect_refusal(answer, 404, "not_rendered")
    assert "max-age" not in answer.get("Cache-Control", "")


def test_an_unchanged_photo_is_not_sent_again_but_asked_for(
    people: People, other_people: People, api: As
) -> None:
    photo = _render(Yard(people).upload())
    address = f"/media/photos/{photo.pk}/display"
    etag = api(people.annotator).get(address)["ETag"]
    again = api(people.annotator).client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    foreign = api(other_people.admin).client.get(address, headers={"If-None-Match": etag})
    expect_refusal(foreign, 404)


def test_a_browser_asks_for_images_and_a_token_works_too(people: People, api: As) -> None:
    yard = Yard(people)
    photo = _render(yard.upload())
    _, secret = yard.token(people.annotator, "read")
    address = f"/media/photos/{photo.pk}/thumbnail"
    browser = api(people.annotator).client.get(address, headers={"Accept": "image/avif,image/webp,*/*;q=0.1"})
    program = Api(Client(), {"Authorization": f"Bearer {secret}"}).get(address)
    assert (browser.status_code, program.status_code) == (200, 200)


@pytest.mark.parametrize("make", [files.polyglot_jpeg_zip, files.polyglot_jpeg_html])
def test_nothing_that_hides_in_an_upload_reaches_a_page(people: People, api: As, make: object) -> None:
    assert callable(make)
    answer = api(people.annotator).upload(people.project, make())
    assert answer.status_code == 201
    photo = _render(Photo.objects.get())
    for rendition in ("display", "thumbnail"):
        content = _content(api(people.annotator).get(f"/media/photos/{photo.pk}/{rendition}"))
        assert files.SCRIPT not in content
        assert b"PK\x03\x04" not in content
        assert content.endswith(b"\xff\xd9")


def test_a_turned_photo_stands_upright(people: People, api: As) -> None:
    api(people.annotator).upload(people.project, files.rotated_jpeg())
    photo = _render(Photo.objects.get())
    shown = Image.open(io.BytesIO(_content(api(people.annotator).get(f"/media/photos/{photo.pk}/display"))))
    assert shown.size == (photo.width, photo.height) == (240, 320)
    red, green, blue = shown.convert("RGB").getpixel((230, 10))
    assert red > 180
    assert max(green, blue) < 90


def test_the_strip_of_an_annotation_is_its_line_for_those_who_may_see_it(people: People, api: As) -> None:
    yard = Yard(people)
    annotation = yard.submit()
    _render(annotation.task.photo)
    address = f"/media/annotations/{annotation.pk}/strip"
    answer = api(people.reviewer).get(address)
    width, height = Image.open(io.BytesIO(answer.content)).size
    assert width / height > 4
    expect_refusal(api(people.outsider).get(address), 404)
    waiting = yard.read_once().annotations.get()
    _render(waiting.task.photo)
    assert api(waiting.author).get(f"/media/annotations/{waiting.pk}/strip").status_code == 200
    expect_refusal(api(people.reviewer).get(f"/media/annotations/{waiting.pk}/strip"), 404)


def test_the_strip_of_a_prediction_is_its_line_upright(people: People, api: As) -> None:
    reading = Yard(people).read()
    address = f"/media/predictions/{reading.pk}/strip"
    expect_refusal(api(people.annotator).get(address), 404, "not_rendered")
    _render(reading.photo)
    answer = api(people.annotator).get(address)
    width, height = Image.open(io.BytesIO(answer.content)).size
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert width / height > 4
    again = api(people.annotator).client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    for person in (people.outsider,):
        expect_refusal(api(person).get(address), 404)
