"""A snapshot as a ZIP that other tools read."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from inference.snapshot import Snapshot, SnapshotItem, decode_snapshot
from inference.vin import LENGTH
from labeling import imaging, storage
from labeling.errors import DomainError
from labeling.formats import photo_names
from labeling.formats.records import LabeledPhoto
from labeling.formats.registry import FORMATS, Format, FormatName, Images
from labeling.models import DatasetSnapshot, Photo, Transfer
from labeling.queries.pages import list_photos_by_hash

Report = Callable[[int, int, str], None]
"""Is told how many of how many are done, and what is being done."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest date that ZIP knows: the same snapshot gives the same file, whenever it is exported."""

NO_REGION = "Nobody has marked where the VIN is."
NO_CHARACTERS = "Not every character has a box."


class PhotoMissing(DomainError):
    """The storage lacks a file that the database knows."""

    code = "photo_missing"


@dataclass(frozen=True, slots=True)
class Made:
    """The file of an export, and what is in it."""

    sha256: str
    byte_size: int
    report: dict[str, Any]

    @property
    def sentence(self) -> str:
        left_out = sum(self.report["left_out"].values())
        return f"{self.report['photos']} photos" + (f", {left_out} left out." if left_out else ".")


def write_export(*, transfer: Transfer, report: Report) -> Made:
    """Write the ZIP and keep it by its hash. Raises PhotoMissing, inference.snapshot.InvalidSnapshot."""
    assert transfer.snapshot is not None  # noqa: S101 - a constraint of the table
    snapshot = transfer.snapshot
    frozen = decode_snapshot(storage.snapshot_path(snapshot.sha256).read_bytes(), sha256=snapshot.sha256)
    form = FORMATS[FormatName(transfer.format)]
    left_out = Counter(reason for item in frozen.items if (reason := _find_obstacle(item, form)))
    items = [item for item in frozen.items if not _find_obstacle(item, form)]
    photos = list_photos_by_hash(project=snapshot.project, sha256s=[item.photo for item in items])

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
            with_photos = transfer.options.get("with_photos", True)
            labels = list(_write_photos(archive, photos, items, form, with_photos, report))
            for path, content in sorted(form.write(labels, frozen.name).items()):
                _add(archive, path, content, zipfile.ZIP_DEFLATED)
            if with_photos and form.images == Images.ORIGINALS:
                names = photo_names.write({sha256: photo.name for sha256, photo in photos.items()})
                _add(archive, photo_names.FILE, names, zipfile.ZIP_DEFLATED)
            _add(archive, "README.txt", _describe(snapshot, frozen, form, left_out), zipfile.ZIP_DEFLATED)

    sha256, size = storage.store_transfer(write)
    return Made(sha256, size, {"photos": len(items), "left_out": dict(left_out)})


def _find_obstacle(item: SnapshotItem, form: Format) -> str:
    """Why a photo cannot be said in this format; empty where it can."""
    if form.needs_region and item.region is None:
        return NO_REGION
    if form.needs_characters and len(item.characters) != LENGTH:
        return NO_CHARACTERS
    return ""


def _write_photos(
    archive: zipfile.ZipFile,
    photos: Mapping[str, Photo],
    items: list[SnapshotItem],
    form: Format,
    with_photos: bool,
    report: Report,
) -> Iterator[LabeledPhoto]:
    """Each photo, by its hash, into the archive; yields its label, which names it there."""
    for done, item in enumerate(items):
        report(done, len(items), "Writing photos")
        photo = photos[item.photo]
        name, content = _make_image(photo, item, form.images, with_photos)
        path = form.place_image(item.split, name)
        if with_photos:
            _add(archive, path, content, zipfile.ZIP_STORED)
        yield LabeledPhoto(
            file=path,
            vin=item.vin,
            region=item.region,
            characters=item.characters,
            width=photo.width,
            height=photo.height,
            split=item.split,
            source=item.source,
            weight=item.weight,
            kind=item.kind,
            annotation=item.annotation,
        )
    report(len(items), len(items), "Writing labels")


def _make_image(photo: Photo, item: SnapshotItem, images: Images, with_photos: bool) -> tuple[str, bytes]:
    """The name and the bytes of what the format puts beside the label."""
    if images == Images.CROPS:
        # Another name than the photo's: who finds the photo by its hash must not take the line for it.
        name = f"{photo.sha256}_line.png"
        return name, imaging.crop_line(_read(photo), item.region) if with_photos and item.region else b""
    if images == Images.ORIGINALS or imaging.is_upright(photo.content_type):
        content = _read(photo) if with_photos else b""
        if images == Images.ORIGINALS or not with_photos or not imaging.is_turned(content):
            return f"{photo.sha256}{imaging.SUFFIXES[photo.content_type]}", content
        return f"{photo.sha256}.jpg", imaging.make_upright(content)
    return f"{photo.sha256}.jpg", imaging.make_upright(_read(photo)) if with_photos else b""


def _read(photo: Photo) -> bytes:
    try:
        return storage.original_path(photo.sha256).read_bytes()
    except FileNotFoundError as error:
        raise PhotoMissing(
            f"The original of {photo.name} is missing from the storage. Restore it, then try again."
        ) from error


def _add(archive: zipfile.ZipFile, path: str, content: bytes, method: int) -> None:
    entry = zipfile.ZipInfo(path, _EPOCH)
    entry.external_attr = 0o644 << 16
    entry.compress_type = method
    archive.writestr(entry, content)


def _describe(snapshot: DatasetSnapshot, frozen: Snapshot, form: Format, left_out: Counter[str]) -> bytes:
    lines = [
        f"{frozen.name}, exported from VINloop as {form.title}",
        f"Snapshot: {snapshot.sha256}",
        f"Not held by this format: {form.loses}.",
        *(f"Left out: {count} photos. {reason}" for reason, count in sorted(left_out.items())),
    ]
    return "".join(f"{line}\n" for line in lines).encode()
