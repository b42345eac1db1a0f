"""Many photos in one ZIP: a hostile archive is refused as a whole, a bad photo alone."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from labeling import policies
from labeling.errors import DomainError
from labeling.imaging import InvalidPhoto
from labeling.models import Photo, Project, User
from labeling.operations.inputs import clean_file_name
from labeling.operations.uploads import create_photo
from labeling.zipfiles import (
    ArchiveTooLarge,
    DamagedEntry,
    InvalidArchive,
    Limits,
    is_archive,
    list_files,
    open_zip,
    read_entry,
)

__all__ = [
    "ARCHIVE_FACTOR",
    "MAX_ENTRIES",
    "ArchiveReport",
    "ArchiveTooLarge",
    "InvalidArchive",
    "RefusedEntry",
    "create_photos_from_archive",
    "is_archive",
]

MAX_ENTRIES = 500
ARCHIVE_FACTOR = 10
"""An archive, packed or unpacked, may be so many times as large as one photo."""


class RefusedEntry(NamedTuple):
    """A file of the archive that did not become a photo, and why."""

    name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What became of the files of an archive."""

    created: list[Photo] = field(default_factory=list)
    refused: list[RefusedEntry] = field(default_factory=list)


def create_photos_from_archive(
    *, project: Project, content: bytes, uploaded_by: User, now: datetime
) -> ArchiveReport:
    """A photo from each file. A hostile archive is refused as a whole, a bad photo alone.

    Raises InvalidArchive, ArchiveTooLarge, Forbidden.
    """
    policies.check_can(uploaded_by, policies.Capability.UPLOAD, project)
    report = ArchiveReport()
    limits = Limits(MAX_ENTRIES, _photo_limit() * ARCHIVE_FACTOR)
    with open_zip(io.BytesIO(content), limits) as archive:
        entries = list_files(archive, limits)
        if not entries:
            raise InvalidArchive("The archive holds no photo.")
        for entry in entries:
            name = clean_file_name(entry.filename)
            try:
                unpacked = _read(archive, entry)
                photo = create_photo(
                    project=project, content=unpacked, name=name, uploaded_by=uploaded_by, now=now
                )
                report.created.append(photo)
            except DomainError as error:
                report.refused.append(RefusedEntry(name, error.code, error.message))
    return report


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return read_entry(archive, entry, _photo_limit())
    except DamagedEntry as error:
        raise InvalidPhoto(str(error)) from error


def _photo_limit() -> int:
    return int(settings.MAX_UPLOAD_MEGABYTES) * 1024 * 1024
