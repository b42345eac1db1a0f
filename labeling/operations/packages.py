"""The file of an import, opened: its label files, and its images by the names that labels give them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from django.conf import settings

from labeling.errors import DomainError
from labeling.formats import photo_names
from labeling.formats.records import BadRow, show, stem_of
from labeling.formats.registry import LABEL_SUFFIXES
from labeling.imaging import PhotoTooLarge
from labeling.zipfiles import DamagedEntry, Limits, is_archive, list_files, open_zip, read_entry

MAX_ENTRIES = 50_000
MAX_LABEL_BYTES = 64 * 1024 * 1024
MAX_LABELS_BYTES = 4 * MAX_LABEL_BYTES
BESIDE = ("README.txt", photo_names.FILE)
"""Files of an export that hold no labels, although they are named like it."""


class InvalidPackage(DomainError):
    """The file is no set of labels, or holds more than a set does."""

    code = "invalid_package"


@dataclass(slots=True)
class Package:
    """`labels` are the contents of the files that may hold labels, by their path; `names` those of photos,
    by the SHA-256 of the image, where the package says them.
    """

    labels: dict[str, bytes]
    archive: zipfile.ZipFile | None = None
    images: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    by_stem: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def find_image(self, name: str) -> str | None:
        """The path of the image that a label means; None where there is none. Raises BadRow.

        The path as it is written, else the one image whose path ends so, else the one of that stem.
        """
        wanted = "/".join(part for part in PurePosixPath(name).parts if part not in ("/", ".", ".."))
        if wanted in self.images:
            return wanted
        same_stem = self.by_stem.get(stem_of(wanted), [])
        ending = [path for path in same_stem if path.endswith(f"/{wanted}")]
        found = ending or same_stem
        if len(found) > 1:
            raise BadRow(f"{show(name)} may be {found[0]} or {found[1]}. Give the path of the right one.")
        return found[0] if found else None

    def read_image(self, path: str) -> bytes:
        """Raises BadRow."""
        assert self.archive is not None  # noqa: S101 - only an archive has images
        limit = int(settings.MAX_UPLOAD_MEGABYTES) * 1024 * 1024
        try:
            return read_entry(self.archive, self.images[path], limit)
        except (DamagedEntry, PhotoTooLarge) as error:
            raise BadRow(f"The image {path} cannot be unpacked: {error}") from error


def size_limit() -> int:
    """The largest file that is imported, packed and unpacked alike, in bytes."""
    return int(settings.MAX_TRANSFER_MEGABYTES) * 1024 * 1024


@contextmanager
def open_package(path: Path, *, name: str) -> Iterator[Package]:
    """Open a ZIP, or a label file that came alone. Raises InvalidPackage, InvalidArchive, PhotoTooLarge."""
    with path.open("rb") as file:
        if not is_archive(file.read(4)):
            yield Package({_name_of(name): _read_alone(path)})
            return
        limits = Limits(MAX_ENTRIES, size_limit())
        with open_zip(file, limits) as archive:
            yield _sort_files(archive, list_files(archive, limits))


def _name_of(name: str) -> str:
    if not name.lower().endswith(LABEL_SUFFIXES):
        raise InvalidPackage(
            f"{show(name)} is neither a ZIP nor a label file ({', '.join(LABEL_SUFFIXES)}). Choose another."
        )
    return name


def _read_alone(path: Path) -> bytes:
    if path.stat().st_size > MAX_LABEL_BYTES:
        raise InvalidPackage(f"Label files may have up to {MAX_LABEL_BYTES >> 20} MB. Split this one.")
    return path.read_bytes()


def _sort_files(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Package:
    labels = [entry for entry in entries if entry.filename.lower().endswith(LABEL_SUFFIXES)]
    labels = [entry for entry in labels if PurePosixPath(entry.filename).name not in BESIDE]
    if not labels:
        raise InvalidPackage(f"The archive holds no label file ({', '.join(LABEL_SUFFIXES)}).")
    if sum(entry.file_size for entry in labels) > MAX_LABELS_BYTES:
        raise InvalidPackage(f"Label files may have up to {MAX_LABELS_BYTES >> 20} MB together.")
    package = Package({}, archive)
    for entry in labels:
        package.labels[entry.filename] = _read_label(archive, entry)
    for entry in entries:
        if not package.names and PurePosixPath(entry.filename).name == photo_names.FILE:
            package.names = photo_names.read(_read_label(archive, entry))
        if not entry.filename.lower().endswith(LABEL_SUFFIXES):
            package.images[entry.filename] = entry
            package.by_stem.setdefault(stem_of(entry.filename), []).append(entry.filename)
    return package


def _read_label(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return read_entry(archive, entry, MAX_LABEL_BYTES)
    except DamagedEntry as error:
        raise InvalidPackage(f"{entry.filename} cannot be unpacked: {error}") from error
