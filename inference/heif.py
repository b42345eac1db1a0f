"""Looks into HEIC files before a decoder does.

pi_heif 1.4 takes the type of an item for text and ends the whole process where it is not: a file with one
wrong byte must not do that to a worker.
"""

from __future__ import annotations

from collections.abc import Iterator

_FULL_BOX = 4
"""Bytes of version and flags."""


def has_readable_items(content: bytes) -> bool:
    """Whether all item types and names are text, and the boxes around them whole.

    Items are listed in the item information box (ISO/IEC 14496-12, 8.11.6).
    """
    try:
        for meta in _bodies(content, b"meta"):
            for box in _bodies(meta[_FULL_BOX:], b"iinf"):
                count = 2 if box[:1] == b"\0" else 4
                for entry in _bodies(box[_FULL_BOX + count :], b"infe"):
                    numbers = 4 if entry[:1] < b"\3" else 6
                    entry[_FULL_BOX + numbers :].decode()
    except ValueError:
        return False
    return True


def _bodies(content: bytes, kind: bytes) -> Iterator[bytes]:
    """What the boxes of one kind hold, of those in a row. Raises ValueError where one is not whole."""
    start = 0
    while start + 8 <= len(content):
        size, head = int.from_bytes(content[start : start + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(content[start + 8 : start + 16], "big"), 16
        elif size == 0:  # up to the end
            size = len(content) - start
        if size < head:
            raise ValueError("A box is smaller than its own head.")
        if content[start + 4 : start + 8] == kind:
            yield content[start + head : start + size]
        start += size
