"""ZIPs of photos: a hostile one is refused as a whole, a bad photo alone; nothing is written outside."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from labeling.models import AuditEvent, Photo
from labeling.operations import archives
from labeling.policies import NotFound
from tests.integration.domain.workshop import Workshop
from tests.photos import render_photo


def pack(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return target.getvalue()


def pack_link() -> bytes:
    entry = zipfile.ZipInfo("link.jpg")
    entry.external_attr = 0o120777 << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


def pack_encrypted() -> bytes:
    content = bytearray(pack({"a.jpg": render_photo(1)}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


def pack_overlapping() -> bytes:
    """Two directory entries that show the same bytes (Fifield 2019, "A better zip bomb")."""
    content = pack({"a.jpg": render_photo(1)})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    twice = entry + entry.replace(b"a.jpg", b"b.jpg")
    last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, len(twice), start, 0)
    return content[:start] + twice + last


def pack_zip64() -> bytes:
    content = pack({"a.jpg": render_photo(1)})
    end = content.index(b"PK\x05\x06")
    return content[:end] + b"PK\x06\x07" + bytes(16) + content[end:]


HOSTILE: dict[str, Callable[[], bytes]] = {
    "no archive": lambda: b"PK\x03\x04 but no more",
    "cut off": lambda: pack({"a.jpg": render_photo(1)})[:-40],
    "a step up": lambda: pack({"../../outside.jpg": render_photo(1)}),
    "a step up inside": lambda: pack({"photos/../../outside.jpg": render_photo(1)}),
    "absolute": lambda: pack({"/tmp/outside.jpg": render_photo(1)}),
    "backslashes": lambda: pack({"..\\outside.jpg": render_photo(1)}),
    "a drive": lambda: pack({"C:outside.jpg": render_photo(1)}),
    "a link": pack_link,
    "encrypted": pack_encrypted,
    "a ZIP in a ZIP": lambda: pack({"more.zip": pack({"a.jpg": render_photo(1)})}),
    "a bomb": lambda: pack({"a.bmp": bytes(20 * 1024 * 1024)}, zipfile.ZIP_DEFLATED),
    "bytes used twice": pack_overlapping,
    "a hidden directory": pack_zip64,
    "another packing": lambda: pack({"a.jpg": render_photo(1)}, zipfile.ZIP_LZMA),
    "nothing in it": lambda: pack({}),
    "clutter alone": lambda: pack({"__MACOSX/._a.jpg": b"x", "folder/": b""}),
    "100,000 entries": lambda: pack(dict.fromkeys(map(str, range(100_000)), b"")),
}


def create(workshop: Workshop, content: bytes) -> archives.ArchiveReport:
    return archives.create_photos_from_archive(
        project=workshop.people.project,
        content=content,
        uploaded_by=workshop.people.annotator,
        now=workshop.now,
    )


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_archive_leaves_nothing_behind(
    workshop: Workshop, tmp_path: Path, make: Callable[[], bytes]
) -> None:
    content = make()
    before = sorted(tmp_path.rglob("*"))
    events = AuditEvent.objects.count()
    with pytest.raises(archives.InvalidArchive):
        create(workshop, content)
    assert sorted(tmp_path.rglob("*")) == before
    assert AuditEvent.objects.count() == events
    assert not Photo.objects.exists()


def test_each_photo_of_an_archive(workshop: Workshop) -> None:
    content = pack({"deep/er/a.jpg": render_photo(1), "b.jpg": render_photo(2), "deep/": b""})
    report = create(workshop, content)
    assert [photo.name for photo in report.created] == ["a.jpg", "b.jpg"]
    assert report.refused == []


def test_bad_photos_are_refused_one_by_one(workshop: Workshop) -> None:
    good = render_photo(1)
    damaged = bytearray(
        pack({"good.jpg": good, "again.jpg": good, "notes.txt": b"hello", "x.jpg": b"spoilt"})
    )
    damaged[damaged.index(b"spoilt")] ^= 0xFF
    report = create(workshop, bytes(damaged))
    assert [photo.name for photo in report.created] == ["good.jpg"]
    assert [(entry.name, entry.code) for entry in report.refused] == [
        ("again.jpg", "duplicate_photo"),
        ("notes.txt", "invalid_photo"),
        ("x.jpg", "invalid_photo"),
    ]


def test_a_photo_that_is_too_large_is_refused_alone(workshop: Workshop, settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    content = pack({"large.jpg": bytes(1024 * 1024 + 1), "a.jpg": render_photo(1)})
    report = create(workshop, content)
    assert [entry.code for entry in report.refused] == ["photo_too_large"]
    assert len(report.created) == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_that_is_too_large(workshop: Workshop, settings, method: int) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    noise = bytes(range(256)) * 2000
    with pytest.raises((archives.ArchiveTooLarge, archives.InvalidArchive)):
        create(workshop, pack({f"{n}.jpg": noise for n in range(25)}, method))
    assert not Photo.objects.exists()


def test_outsiders_are_refused_before_it_is_opened(workshop: Workshop) -> None:
    with pytest.raises(NotFound):
        archives.create_photos_from_archive(
            project=workshop.people.project,
            content=b"",
            uploaded_by=workshop.people.outsider,
            now=workshop.now,
        )
