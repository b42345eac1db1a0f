"""Where characters are, by a person and by an import: what fills what, and what counts as the same."""

from __future__ import annotations

from typing import Any

from labeling.operations.placements import Places

REGION = [[0.0, 0.0], [170.0, 0.0], [170.0, 20.0], [0.0, 20.0]]


def move(quad: list[list[float]], by: float) -> list[list[float]]:
    return [[x + by, y] for x, y in quad]


def characters(count: int = 17, by: float = 0.0, *, boxed: bool = True) -> list[dict[str, Any]]:
    box = [[0.0, 0.0], [10.0, 0.0], [10.0, 20.0], [0.0, 20.0]]
    return [
        {"index": index, "symbol": "1", "quad": move(box, 10 * index + by) if boxed else None}
        for index in range(count)
    ]


def test_gaps_are_filled_and_nothing_else() -> None:
    imported = Places(move(REGION, 50), characters(by=50))
    assert Places(REGION, characters()).fill(imported) == Places(REGION, characters())
    assert Places(None, characters()).fill(imported) == Places(imported.region, characters())
    assert Places(REGION, []).fill(imported) == Places(REGION, imported.characters)
    assert Places(REGION, characters(boxed=False)).fill(imported).characters == imported.characters
    assert Places(REGION, characters()).fill(Places(None, [])) == Places(REGION, characters())


def test_less_than_a_pixel_is_the_same_place() -> None:
    known = Places(REGION, characters())
    assert known.is_like(Places(move(REGION, 0.9), characters(by=-0.9)))
    assert not known.is_like(Places(move(REGION, 1.1), characters()))
    assert not known.is_like(Places(REGION, characters(by=1.1)))
    assert not known.is_like(Places(REGION, characters(16)))
    assert not known.is_like(Places(None, characters()))
    assert not known.is_like(Places(REGION, characters(boxed=False)))
    assert Places(None, []).is_like(Places(None, []))
