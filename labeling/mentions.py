"""`@name` in a text names a person."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_NAMED = re.compile(r"(?<![\w.@+-])@([\w.@+-]+)")
"""Django's user names hold letters, digits and @ . + - _; a name in the middle of a word is an address."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `name` is the person whom it names, empty where it is plain text."""

    text: str
    name: str = ""


def split_mentions(text: str, names: Collection[str]) -> list[Piece]:
    """The text in pieces, those that name one of `names` apart; a period after a name is no part of it."""
    known = {name.casefold(): name for name in names}
    pieces: list[Piece] = []
    end = 0
    for match in _NAMED.finditer(text):
        name = _find_name(match[1], known)
        if not name:
            continue
        pieces += [Piece(text[end : match.start()]), Piece(f"@{name}", name)]
        end = match.start() + 1 + len(name)
    pieces.append(Piece(text[end:]))
    return [piece for piece in pieces if piece.text]


def find_mentions(text: str, names: Collection[str]) -> list[str]:
    """Those of `names` that the text mentions, each once, in its order."""
    return list(dict.fromkeys(piece.name for piece in split_mentions(text, names) if piece.name))


def _find_name(written: str, known: dict[str, str]) -> str:
    """The name that was meant: all of what was written, or that without the punctuation at its end."""
    candidate = written.casefold()
    while candidate:
        if candidate in known:
            return known[candidate]
        if candidate[-1] not in ".@+-":
            return ""
        candidate = candidate[:-1]
    return ""
