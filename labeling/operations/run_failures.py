"""What went wrong with a run, as a sentence that says what to do."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from labeling.errors import DomainError

_LONGEST = 4000
_GOES_ON = "then try again: the run goes on from its checkpoint."
_ON_DISK: Mapping[int, str] = {
    errno.ENOSPC: f"The disk is full. Make room on the server, {_GOES_ON}",
    errno.EDQUOT: f"The data folder is at its quota. Raise the quota or make room, {_GOES_ON}",
    errno.EROFS: f"The data folder cannot be written: its disk is read-only. Mount it writable, {_GOES_ON}",
    errno.EACCES: f"The worker may not write into the data folder. Give it the right to, {_GOES_ON}",
}
_OUT_OF_MEMORY = (
    "The worker ran out of memory. Clone the run with a smaller batch size or fewer networks, or give the "
    f"server more memory, {_GOES_ON}"
)
_REFUSED_MEMORY = ("can't allocate memory", "not enough memory", "bad_alloc", "failed to allocate memory")
"""What the allocators of torch and ONNX Runtime say, in errors that have no type of their own."""
_SENTENCES = ("FinetuningFailed", "ParityError", "ExportFailed", "InvalidSnapshot", "InvalidBundle")
"""Errors of training and of the engine, which the domain does not import, whose texts are for people."""


def explain_failure(error: Exception) -> str:
    """One or two sentences for the page of the run. What nobody foresaw is told as it is, with its type."""
    if isinstance(error, OSError) and (told := _ON_DISK.get(error.errno or 0)):
        return told
    if isinstance(error, FileNotFoundError):
        return f"A file is missing: {error.filename}. Restore the data folder from a backup, {_GOES_ON}"
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in _REFUSED_MEMORY):
        return _OUT_OF_MEMORY
    if isinstance(error, DomainError):
        return error.message
    if type(error).__name__ in _SENTENCES:
        return str(error)[:_LONGEST]
    said = f"{str(error).rstrip('.') or 'No more was said'} ({type(error).__name__})"
    return (
        f"Something unforeseen happened: {said}. The log of the worker has the details. Try again, or clone "
        "the run with other settings."
    )[:_LONGEST]
