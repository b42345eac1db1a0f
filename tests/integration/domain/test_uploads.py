"""Uploads: checked, stored once, queued; what is refused leaves nothing behind."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeling import storage
from labeling.imaging import InvalidPhoto, PhotoTooLarge
from labeling.models import AuditEvent, Photo
from labeling.operations import photos
from labeling.policies import Forbidden, NotFound
from tests.conftest import People
from tests.integration.domain.workshop import Workshop
from tests.photos import render_photo


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def encode(pixels: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, kind, **options)
    return target.getvalue()


def test_the_original_is_kept_as_it_came(workshop: Workshop) -> None:
    content = render_photo(3)
    photo = workshop.upload(3)
    assert storage.original_path(photo.sha256).read_bytes() == content
    assert (photo.width, photo.height, photo.byte_size) == (640, 240, len(content))
    assert photo.content_type == "image/jpeg"
    assert photo.state == "queued"


def test_without_a_model_version_it_waits(people: People, now) -> None:
    photo = Workshop(people=people, now=now).upload()
    assert photo.state == "uploaded"


def test_the_size_is_that_of_the_upright_photo(workshop: Workshop) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    content = encode(np.full((60, 100, 3), 120, np.uint8), "JPEG", exif=exif)
    photo = upload(workshop, content)
    assert (photo.width, photo.height) == (60, 100)


def upload(workshop: Workshop, content: bytes, name: str = "x.jpg", who: str = "annotator") -> Photo:
    return photos.create_photo(
        project=workshop.people.project,
        content=content,
        name=name,
        uploaded_by=getattr(workshop.people, who),
        now=workshop.now,
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\vin.jpg", "vin.jpg"),
        ("a\x00b\ud800\n.jpg", "ab .jpg"),
        ("", "photo"),
        ("/", "photo"),
        ("long" * 100, ("long" * 100)[-200:]),
    ],
)
def test_names_are_for_people_only(workshop: Workshop, name: str, kept: str) -> None:
    photo = upload(workshop, render_photo(1), name)
    photo.refresh_from_db()
    assert photo.name == kept


REFUSED = {
    "empty": b"",
    "text": b"this is no photo",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "truncated": render_photo(1)[:2000],
    "gif header": b"GIF89a<script>alert(1)</script>",
    "too small": encode(np.zeros((8, 300, 3), np.uint8)),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_photo_leaves_nothing_behind(workshop: Workshop, data_dir: Path, content: bytes) -> None:
    files, events = files_in(data_dir), AuditEvent.objects.count()
    with pytest.raises(InvalidPhoto):
        upload(workshop, content)
    assert files_in(data_dir) == files
    assert AuditEvent.objects.count() == events
    assert not Photo.objects.exists()


def test_too_many_bytes(workshop: Workshop, data_dir: Path, settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    with pytest.raises(PhotoTooLarge):
        upload(workshop, b"\xff" * (1024 * 1024 + 1))
    assert not files_in(data_dir / "originals")


def test_too_many_pixels(workshop: Workshop, data_dir: Path) -> None:
    target = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(target, "PNG")  # 144 megapixels in a few kilobytes
    with pytest.raises(PhotoTooLarge):
        upload(workshop, target.getvalue())
    assert not files_in(data_dir / "originals")


def test_the_same_file_twice_is_refused_and_named(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    with pytest.raises(photos.DuplicatePhoto) as refused:
        workshop.upload(1)
    assert refused.value.fields == {"photo": str(photo.pk)}
    assert Photo.objects.count() == 1


def test_another_project_may_have_it_too(workshop: Workshop, other_people: People) -> None:
    mine = workshop.upload(1)
    theirs = Workshop(people=other_people, now=workshop.now).upload(1)
    assert mine.sha256 == theirs.sha256
    assert mine.pk != theirs.pk


def test_a_photo_saved_anew_is_a_near_duplicate(workshop: Workshop) -> None:
    smooth = np.linspace(0, 255, 320, dtype=np.uint8)
    pixels = np.stack([np.tile(np.roll(smooth, 40 * row), (30, 1)) for row in range(8)]).reshape(240, 320)
    first = upload(workshop, encode(np.repeat(pixels[..., None], 3, axis=2), "JPEG", quality=95))
    again = upload(workshop, encode(np.repeat(pixels[..., None], 3, axis=2), "JPEG", quality=40))
    other = upload(workshop, encode(np.repeat(pixels[::-1, ::-1, None], 3, axis=2), "JPEG"))
    assert again.near_duplicate_of == first
    assert other.near_duplicate_of is None


def test_plain_walls_are_no_near_duplicates(workshop: Workshop) -> None:
    upload(workshop, encode(np.full((90, 90, 3), 10, np.uint8)))
    wall = upload(workshop, encode(np.full((90, 90, 3), 200, np.uint8)))
    assert wall.near_duplicate_of is None


def test_outsiders_upload_nothing(workshop: Workshop, data_dir: Path) -> None:
    with pytest.raises(NotFound):
        upload(workshop, render_photo(1), who="outsider")
    assert not files_in(data_dir / "originals")


def test_copies_for_the_screen_are_made_once_and_hold_pixels_alone(workshop: Workshop) -> None:
    content = encode(np.full((300, 4000, 3), 90, np.uint8), "JPEG", comment=b"<script>")
    photo = upload(workshop, content)
    assert photos.render_photo(photo_id=photo.pk, now=workshop.now) is not None
    display = storage.display_path(photo.sha256)
    assert Image.open(display).size == (2560, 192)
    assert max(Image.open(storage.thumbnail_path(photo.sha256)).size) == 320
    assert b"<script>" not in display.read_bytes()
    assert photos.render_photo(photo_id=photo.pk, now=workshop.now) is None
    assert AuditEvent.objects.filter(verb="photo.rendered").count() == 1


def test_only_admins_delete(workshop: Workshop) -> None:
    photo = workshop.upload()
    with pytest.raises(Forbidden):
        photos.delete_photo(photo=photo, by=workshop.people.reviewer, now=workshop.now)
    photos.delete_photo(photo=photo, by=workshop.people.admin, now=workshop.now)
    assert not storage.original_path(photo.sha256).exists()


def test_a_file_that_another_project_shows_stays(workshop: Workshop, other_people: People) -> None:
    mine = workshop.upload(1)
    Workshop(people=other_people, now=workshop.now).upload(1)
    photos.delete_photo(photo=mine, by=workshop.people.admin, now=workshop.now)
    assert storage.original_path(mine.sha256).exists()


def test_what_somebody_works_on_stays(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.claim(task, workshop.people.annotator)
    with pytest.raises(photos.PhotoInUse):
        photos.delete_photo(photo=task.photo, by=workshop.people.admin, now=workshop.now)
