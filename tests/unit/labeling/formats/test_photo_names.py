"""The names of photos beside an export."""

import pytest

from labeling.formats import photo_names

NAMES = {"b" * 64: 'door, "left".jpg', "a" * 64: "Türe 7.jpg"}


def test_names_come_back_as_they_went() -> None:
    assert photo_names.read(photo_names.write(NAMES)) == NAMES
    assert photo_names.write(NAMES) == photo_names.write(dict(reversed(NAMES.items())))


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"photo,name\n", b"photo,name\nx\n", b"photo,name\nx, \n"]
)
def test_what_says_nothing_names_nothing(content: bytes) -> None:
    assert photo_names.read(content) == {}
