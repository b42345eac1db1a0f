"""Cursors: what a list gave out is read back; everything else is refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.queries import paging


@given(
    st.lists(st.none() | st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3)
)
def test_a_cursor_is_read_back(values: list[str | None]) -> None:
    assert paging.decode_cursor(paging.encode_cursor(values), length=len(values)) == values


@given(st.text(max_size=60))
def test_nothing_else_is_read(cursor: str) -> None:
    with pytest.raises(paging.InvalidCursor):
        paging.decode_cursor(cursor, length=2)


@pytest.mark.parametrize("content", ["[1, 2]", "{}", '"ab"', '["a"]', '["a", "b", "c"]', "[[], []]", "NaN"])
def test_the_shape_counts(content: str) -> None:
    cursor = base64.urlsafe_b64encode(content.encode()).decode()
    with pytest.raises(paging.InvalidCursor):
        paging.decode_cursor(cursor, length=2)


@pytest.mark.parametrize(("asked", "given_"), [(-5, 1), (0, 1), (50, 50), (10_000, 200)])
def test_a_limit_has_limits(asked: int, given_: int) -> None:
    assert paging.clamp_limit(asked) == given_
