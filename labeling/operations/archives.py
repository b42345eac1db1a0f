"""Many photos in one ZIP. What such a file may try is refused before anything of it is stored."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from django.conf import settings

from labeling import policies
from labeling.errors import DomainError
from labeling.imaging import InvalidPhoto, PhotoTooLarge
from labeling.models import Photo, Project, User
from labeling.operations.inputs import clean_file_name
from labeling.operations.uploads import create_photo

MAX_ENTRIES = 500
ARCHIVE_FACTOR = 10
"""An archive, packed or unpacked, may be so many times as large as one photo."""

MAX_RATIO = 100
"""Photos hardly shrink; what unpacks to more than this many times its size is a bomb."""

_FREE_SIZE = 1024 * 1024
_ENTRY_SIZE = 2048
_END_REACH = 22 + 65535
_ARCHIVES = {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"}
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class InvalidArchive(DomainError):
    """The file is no ZIP of photos, or one that is up to something."""

    code = "invalid_archive"


class ArchiveTooLarge(PhotoTooLarge):
    """The archive is too large, packed or unpacked."""

    code = "archive_too_large"


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


def is_archive(content: bytes) -> bool:
    """Whether the content begins as ZIP files do."""
    return content[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def create_photos_from_archive(
    *, project: Project, content: bytes, uploaded_by: User, now: datetime
) -> ArchiveReport:
    """A photo from each file. A hostile archive is refused as a whole, a bad photo alone.

    Raises InvalidArchive, ArchiveTooLarge, Forbidden.
    """
    policies.check_can(uploaded_by, policies.Capability.UPLOAD, project)
    report = ArchiveReport()
    with _open(content) as archive:
        entries = _check_entries(archive, len(content))
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


def _open(content: bytes) -> zipfile.ZipFile:
    if len(content) > _size_limit():
        raise ArchiveTooLarge(f"The archive is too large: at most {_size_limit() >> 20} MB are accepted.")
    _check_directory(content)
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise InvalidArchive("This is not a ZIP file, or a damaged one.") from error


def _check_directory(content: bytes) -> None:
    """Refuse a directory of a hundred thousand entries before it is turned into as many objects.

    APPNOTE.TXT 4.3.16: the end record holds the number of entries at byte 10 and the directory's size at 12.
    """
    start = max(0, len(content) - _END_REACH)
    end = content.rfind(b"PK\x05\x06", start)
    if end < 0 or len(content) - end < 22:
        raise InvalidArchive("This is not a ZIP file, or a damaged one.")
    count, size = struct.unpack_from("<HI", content, end + 10)
    is_zip64 = content[max(0, end - 20) : end].startswith(b"PK\x06\x07")
    if is_zip64 or count > MAX_ENTRIES or size > MAX_ENTRIES * _ENTRY_SIZE:
        raise InvalidArchive(f"The archive holds too many files; at most {MAX_ENTRIES} are accepted.")


def _check_entries(archive: zipfile.ZipFile, packed_size: int) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InvalidArchive(f"The archive holds {len(entries)} files; at most {MAX_ENTRIES} are accepted.")
    for entry in entries:
        for complaint in _complain(entry):
            raise InvalidArchive(f"{clean_file_name(entry.filename)}: {complaint}")
    files = [entry for entry in entries if not _is_clutter(entry)]
    if sum(entry.file_size for entry in files) > _size_limit():
        raise ArchiveTooLarge(f"Unpacked, the archive has more than {_size_limit() >> 20} MB.")
    if sum(entry.compress_size for entry in entries) > packed_size:
        raise InvalidArchive("Files in the archive share their bytes with each other.")
    if not files:
        raise InvalidArchive("The archive holds no photo.")
    return files


def _complain(entry: zipfile.ZipInfo) -> Iterator[str]:
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
        yield "its name leads out of the archive."
    if entry.filename[1:2] == ":":
        yield "its name leads out of the archive."
    if stat.S_ISLNK(entry.external_attr >> 16):
        yield "it is a link, not a file."
    if entry.flag_bits & 0x1:
        yield "it is encrypted."
    if path.suffix.lower() in _ARCHIVES:
        yield "it is an archive in an archive."
    if entry.file_size > max(_FREE_SIZE, entry.compress_size * MAX_RATIO):
        yield "it unpacks to far more than a photo does."
    if not entry.is_dir() and entry.compress_type not in _METHODS:
        yield "it is packed in a way that is not read here."


def _is_clutter(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what file managers put beside photos."""
    path = PurePosixPath(entry.filename)
    hidden = path.name.startswith(".") or path.name in ("Thumbs.db", "desktop.ini")
    return entry.is_dir() or hidden or "__MACOSX" in path.parts


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    limit = settings.MAX_UPLOAD_MEGABYTES * 1024 * 1024
    if entry.file_size > limit:
        raise PhotoTooLarge(
            f"The file is too large: at most {settings.MAX_UPLOAD_MEGABYTES} MB are accepted."
        )
    try:
        with archive.open(entry) as file:
            return file.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise InvalidPhoto("The archive is damaged at this file.") from error


def _size_limit() -> int:
    return int(settings.MAX_UPLOAD_MEGABYTES) * 1024 * 1024 * ARCHIVE_FACTOR
