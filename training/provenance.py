"""Which code made some weights, also where there is no version control."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import torch

_ROOT = Path(__file__).resolve().parent.parent
_FOLDERS = ("inference", "training")


@lru_cache
def describe_code() -> str:
    """The beginning of a hash of all that decides about weights: our code, and the version of torch."""
    digest = hashlib.sha256()
    for path in _list_sources():
        digest.update(path.relative_to(_ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()[:12]}, torch {torch.__version__}"


def _list_sources() -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from sorted((_ROOT / folder).rglob("*.py"))
