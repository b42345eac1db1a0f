"""ZIP files from outside: what such a file may try is refused before anything of it is unpacked."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from labeling.errors import DomainError
from labeling.imaging import PhotoTooLarge

MAX_RATIO = 100
"""Photos hardly shrink; what unpacks to more than this many times its size is a bomb."""

_FREE_SIZE = 1024 * 1024
_ENTRY_SIZE = 2048
_END_REACH = 22 + 65535
_ARCHIVES = {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"}
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class InvalidArchive(DomainError):
    """The file is no ZIP that is read here, or one that is up to something."""

    code = "invalid_archive"


class ArchiveTooLarge(PhotoTooLarge):
    """The archive is too large, packed or unpacked."""

    code = "archive_too_large"


class DamagedEntry(ValueError):
    """One file of the archive cannot be unpacked."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many files an archive may hold, and how many bytes, packed and unpacked alike."""

    entries: int
    size: int


def is_archive(content: bytes) -> bool:
    """Whether the content begins as ZIP files do."""
    return content[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def open_zip(file: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """Raises InvalidArchive, ArchiveTooLarge."""
    packed = file.seek(0, os.SEEK_END)
    if packed > limits.size:
        raise ArchiveTooLarge(f"The archive is too large: at most {limits.size >> 20} MB are accepted.")
    _check_directory(file, packed, limits)
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise InvalidArchive("This is not a ZIP file, or a damaged one.") from error


def list_files(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """The files of an archive, without folders and clutter. Raises InvalidArchive, ArchiveTooLarge."""
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise InvalidArchive(
            f"The archive holds {len(entries)} files; at most {limits.entries} are accepted."
        )
    for entry in entries:
        for complaint in _complain(entry):
            raise InvalidArchive(f"{_clean(entry.filename)}: {complaint}")
    files = [entry for entry in entries if not _is_clutter(entry)]
    if sum(entry.file_size for entry in files) > limits.size:
        raise ArchiveTooLarge(f"Unpacked, the archive has more than {limits.size >> 20} MB.")
    if sum(entry.compress_size for entry in entries) > _size_of(archive):
        raise InvalidArchive("Files in the archive share their bytes with each other.")
    return files


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The unpacked file, of at most `limit` bytes. Raises DamagedEntry, PhotoTooLarge."""
    if entry.file_size > limit:
        raise PhotoTooLarge(f"The file is too large: at most {limit >> 20} MB are accepted.")
    try:
        with archive.open(entry) as file:
            return file.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise DamagedEntry("The archive is damaged at this file.") from error


def _check_directory(file: BinaryIO, packed: int, limits: Limits) -> None:
    """Refuse a directory of a hundred thousand entries before it is turned into as many objects.

    APPNOTE.TXT 4.3.16: the end record holds the number of entries at byte 10 and the directory's size at 12.
    """
    file.seek(max(0, packed - _END_REACH - 20))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        raise InvalidArchive("This is not a ZIP file, or a damaged one.")
    count, size = struct.unpack_from("<HI", tail, end + 10)
    is_zip64 = tail[max(0, end - 20) : end].startswith(b"PK\x06\x07")
    if is_zip64 or count > limits.entries or size > limits.entries * _ENTRY_SIZE:
        raise InvalidArchive(f"The archive holds too many files; at most {limits.entries} are accepted.")


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


def _size_of(archive: zipfile.ZipFile) -> int:
    file = archive.fp
    return file.seek(0, os.SEEK_END) if file is not None else 0


def _clean(name: str) -> str:
    """For people only: no path is ever made of it."""
    printable = "".join(symbol if symbol.isprintable() else "?" for symbol in name)
    return PurePosixPath(printable.replace("\\", "/")).name[-200:] or "a file"
