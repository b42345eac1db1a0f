"""Scorecards and snapshots: summing up and coming back from JSON."""

import json
from dataclasses import replace

import pytest

from inference.evaluation import summarize
from inference.snapshot import (
    InvalidSnapshot,
    Snapshot,
    SnapshotItem,
    decode_snapshot,
    encode_snapshot,
    split_for_vehicle,
)
from inference.types import EvaluatedPhoto, Scorecard

VIN = "1M8GDM9AXKP042788"


def photo(vin: str | None, confidence: float, edits: int, iou: float | None, ms: float) -> EvaluatedPhoto:
    return EvaluatedPhoto("p", VIN, vin, confidence, edits, iou, ms)


def test_summing_up() -> None:
    card = summarize(
        [
            photo(VIN, 0.9, 0, 0.8, 100),
            photo(None, 0.0, 17, 0.2, 50),
            photo(VIN[:-1] + "9", 0.3, 1, None, 70),
        ],
        bundle="b",
        snapshot="s",
        split="test",
    )
    assert (card.n, card.exact, card.located) == (3, 1, 1)
    assert card.exact_match == pytest.approx(1 / 3)
    assert card.cer == pytest.approx(18 / 51)
    assert card.calibration_error == pytest.approx((0.1 + 0.0 + 0.3) / 3)
    assert (card.milliseconds_median, card.milliseconds_p95) == (70, 100)
    assert Scorecard.from_json(json.loads(json.dumps(card.to_json()))) == card


def test_an_empty_split_has_an_empty_scorecard() -> None:
    card = summarize([], bundle="b", snapshot="s", split="test")
    assert (card.n, card.exact_match, card.cer, card.milliseconds_p95) == (0, 0.0, 0.0, 0.0)


def test_snapshots_come_back_from_their_bytes() -> None:
    item = SnapshotItem("ab" * 32, VIN, "train", ((0, 0), (9, 0), (9, 2), (0, 2)))
    snapshot = Snapshot("first", (item, replace(item, region=None, kind="paper")))
    content = encode_snapshot(snapshot)
    assert decode_snapshot(content) == snapshot
    assert encode_snapshot(decode_snapshot(content)) == content
    with pytest.raises(InvalidSnapshot, match="hash"):
        decode_snapshot(content, sha256="0" * 64)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"format": 2}', b'{"format": 1, "name": "x", "items": [3]}']
)
def test_other_content_is_no_snapshot(content: bytes) -> None:
    with pytest.raises(InvalidSnapshot):
        decode_snapshot(content)


def test_a_vehicle_stays_in_its_split() -> None:
    vins = [f"1M8GDM9AXKP{number:06d}" for number in range(2000)]
    splits = [split_for_vehicle(vin, seed=7) for vin in vins]
    assert splits == [split_for_vehicle(vin, seed=7) for vin in vins]
    assert 0.2 < splits.count("test") / 2000 < 0.3
    assert 0.12 < splits.count("validation") / 2000 < 0.18
