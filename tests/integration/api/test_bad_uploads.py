"""Hostile and damaged files are refused in the one shape and leave nothing; odd but sound ones are taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labeling.models import Photo
from tests.conftest import People
from tests.integration.api import hostile_files as files
from tests.integration.api.asking import As, expect_refusal, unchanged

pytestmark = pytest.mark.django_db

Maker = Callable[[], bytes]

REFUSED: list[tuple[str, Maker, int]] = [
    ("zero.jpg", lambda: b"", 400),
    ("text.jpg", lambda: b"This is no photo at all.", 400),
    ("page.png", lambda: b"<html>" + files.SCRIPT + b"</html>", 400),
    ("drawing.svg", files.svg, 400),
    ("drawing.png", files.svg, 400),
    ("truncated.jpg", files.truncated_jpeg, 400),
    ("truncated.png", files.truncated_png, 400),
    ("corrupt.png", files.corrupt_png, 400),
    ("broken.heic", files.broken_heic, 400),
    ("tiny.png", lambda: files.encode(files.picture(0, (4, 4)), "PNG"), 400),
    ("huge-header.png", files.hundred_megapixel_header, 413),
    ("bomb.png", files.decompression_bomb, 413),
    ("empty.zip", files.empty_archive, 400),
    ("broken.zip", files.broken_archive, 400),
    ("climbing.zip", files.climbing_archive, 400),
    ("absolute.zip", files.absolute_archive, 400),
    ("windows.zip", files.windows_archive, 400),
    ("linking.zip", files.linking_archive, 400),
    ("nested.zip", files.nested_archive, 400),
    ("bomb.zip", files.archive_bomb, 400),
    ("lying.zip", files.lying_archive, 400),
    ("overlapping.zip", files.overlapping_archive, 400),
    ("encrypted.zip", files.encrypted_archive, 400),
    ("crowded.zip", files.crowded_archive, 400),
]

TAKEN: list[tuple[str, Maker, str, tuple[int, int]]] = [
    ("cmyk.jpg", files.cmyk_jpeg, "image/jpeg", (320, 240)),
    ("gray.jpg", files.gray_jpeg, "image/jpeg", (320, 240)),
    ("sixteen.png", files.sixteen_bit_png, "image/png", (320, 240)),
    ("palette.png", files.palette_png, "image/png", (320, 240)),
    ("transparent.png", files.transparent_png, "image/png", (320, 240)),
    ("animated.webp", files.animated_webp, "image/webp", (320, 240)),
    ("rotated.jpg", files.rotated_jpeg, "image/jpeg", (240, 320)),
    ("phone.heic", lambda: files.HEIC, "image/heic", (320, 240)),
    ("really-a-png.jpg", lambda: files.png(30), "image/png", (320, 240)),
]


@pytest.mark.parametrize(("name", "make", "status"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_a_bad_file_is_refused_and_leaves_nothing(
    people: People, api: As, name: str, make: Maker, status: int
) -> None:
    content = make()
    with unchanged():
        answer = api(people.annotator).upload(people.project, content, name=name)
    expect_refusal(answer, status)


@pytest.mark.parametrize(
    ("name", "make", "content_type", "size"), TAKEN, ids=[name for name, _, _, _ in TAKEN]
)
def test_an_odd_but_sound_file_is_taken(
    people: People, api: As, name: str, make: Maker, content_type: str, size: tuple[int, int]
) -> None:
    answer = api(people.annotator).upload(people.project, make(), name=name)
    assert answer.status_code == 201
    photo = Photo.objects.get(pk=answer.json()["created"][0]["id"])
    assert (photo.content_type, (photo.width, photo.height)) == (content_type, size)
