"""Names in comments."""

from __future__ import annotations

import pytest

from labeling.mentions import Piece, find_mentions, split_mentions

NAMES = ("ana", "ana.maria", "bo-b", "x@y.org")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ana look", ["ana"]),
        ("look, @ana.", ["ana"]),
        ("@ana.maria and @bo-b", ["ana.maria", "bo-b"]),
        ("@Ana, @ANA", ["ana"]),
        ("@anabel", []),
        ("mail ana@ana.org", []),
        ("@x@y.org", ["x@y.org"]),
        ("@nobody", []),
        ("@", []),
        ("", []),
        ("(@ana)", ["ana"]),
        ("@ana's work", ["ana"]),
    ],
)
def test_members_are_found_by_their_names(text: str, found: list[str]) -> None:
    assert find_mentions(text, NAMES) == found


def test_the_pieces_are_the_text() -> None:
    text = "See @bo-b, and <b>@ana</b>."
    pieces = split_mentions(text, NAMES)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece for piece in pieces if piece.name] == [Piece("@bo-b", "bo-b"), Piece("@ana", "ana")]
