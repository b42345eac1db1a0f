"""The names under which photos were uploaded, beside an export that names them by their hash."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

FILE = "photo-names.csv"


def write(names: Mapping[str, str]) -> bytes:
    """From the SHA-256 of the photos to their names, one a line, in the order of the hashes."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([("photo", "name"), *sorted(names.items())])
    return out.getvalue().encode()


def read(content: bytes) -> dict[str, str]:
    """What can be read of it: a photo without a name here keeps that of its file."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return {}
    return {row[0]: row[1] for row in rows[1:] if len(row) == 2 and row[1].strip()}
