"""Scorecards and snapshots: summing up and coming back from JSON."""

import json
from dataclasses import replace

import pytest

from inference.evaluation import describe_scorecard, slice_by_kind, summarize
from inference.snapshot import (
    InvalidSnapshot,
    Snapshot,
    SnapshotCharacter,
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
    assert card.calibration_error == pytest.approx((0.1 + 0.3) / 2)  # of the two with a VIN
    assert (card.with_region, card.with_17_boxes, card.character_iou) == (2, None, None)
    assert (card.milliseconds_median, card.milliseconds_p95) == (70, 100)
    assert Scorecard.from_json(json.loads(json.dumps(card.to_json()))) == card


def boxed(vin: str | None, boxes: int, iou: float | None, kind: str = "paper") -> EvaluatedPhoto:
    plain = photo(vin, 0.8 if vin else 0.0, 0 if vin == VIN else 17, 0.7, 10)
    region = ((0.0, 0.0), (9.0, 0.0), (9.0, 2.0), (0.0, 2.0))
    return replace(plain, kind=kind, region=region, character_confidences=(0.9,) * boxes, character_iou=iou)


def test_character_boxes() -> None:
    """Boxes are counted among the right readings only, and their overlap where the true ones are known."""
    photos = [boxed(VIN, 17, 0.8), boxed(VIN, 16, 0.6), boxed(None, 0, None), boxed(VIN[:-1] + "0", 17, 0.1)]
    card = summarize(photos, bundle="b", snapshot="s", split="test")
    assert (card.exact, card.with_17_boxes) == (2, 1)
    assert card.character_iou == pytest.approx(0.5)
    assert Scorecard.from_json(json.loads(json.dumps(card.to_json()))) == card


def test_scorecards_of_before_still_load() -> None:
    """As the app stored them when neither boxes nor regions were counted."""
    old = summarize([photo(VIN, 0.9, 0, 0.8, 100)], bundle="b", snapshot="s", split="test").to_json()
    for name in ("with_region", "with_17_boxes", "character_iou"):
        del old[name]
    for name in ("region", "character_confidences", "character_iou", "stage_milliseconds", "error"):
        del old["photos"][0][name]
    card = Scorecard.from_json(json.loads(json.dumps(old)))
    assert (card.exact, card.with_region, card.with_17_boxes) == (1, None, None)
    assert card.photos[0].character_confidences is None


def test_refusals_are_counted_where_all_were_kept() -> None:
    read, refused = (
        replace(photo(VIN, 0.9, 0, 0.8, 9), refused=False),
        replace(photo(None, 0, 17, 0, 9), refused=True),
    )
    card = summarize([read, refused], bundle="b", snapshot="s", split="test")
    assert (card.refused, card.to_json()["refused"]) == (1, 1)
    assert Scorecard.from_json(json.loads(json.dumps(card.to_json()))) == card
    older = photo(VIN, 0.9, 0, 0.8, 9)
    assert summarize([read, older], bundle="b", snapshot="s", split="test").refused is None


def test_slices_and_what_follows_from_them() -> None:
    photos = [boxed(VIN, 17, 0.8), boxed(None, 0, None, kind="windshield"), boxed(VIN, 17, None, kind="")]
    card = summarize(photos, bundle="b", snapshot="s", split="test")
    assert {kind: (each.n, each.exact) for kind, each in slice_by_kind(card).items()} == {
        "": (1, 1),
        "paper": (1, 1),
        "windshield": (1, 0),
    }
    told = json.loads(json.dumps(describe_scorecard(card, thresholds=(0.5,))))
    assert told["exact_interval"] == pytest.approx([0.2077, 0.9385], abs=1e-3)
    assert (told["kinds"]["unknown"]["n"], told["kinds"]["paper"]["character_iou"]) == (1, 0.8)
    (accepted,) = told["acceptance"]
    assert (accepted["accepted"], accepted["right"], accepted["precision"]) == (2, 2, 1.0)
    assert sum(each["n"] for each in told["reliability"]) == 2


def test_an_empty_split_has_an_empty_scorecard() -> None:
    card = summarize([], bundle="b", snapshot="s", split="test")
    assert (card.n, card.exact_match, card.cer, card.milliseconds_p95) == (0, 0.0, 0.0, 0.0)


def test_equal_labels_are_equal_bytes() -> None:
    """A whole number of pixels is written as any other; what is not ASCII is escaped."""
    region = ((0, 1), (9.25, 0), (1e16, 1e-5), (0.1 + 0.2, 2))
    character = SnapshotCharacter("1", ((0, 0), (1, 0), (1, 2), (0, 2.5)))
    item = SnapshotItem("ab", VIN, "test", region, (character,), annotation="ä", weight=0.5)
    assert encode_snapshot(Snapshot("“1”", (item, replace(item, region=None, characters=())))) == (
        b'{"format":1,"items":['
        b'{"annotation":"\\u00e4","characters":[{"quad":[[0.0,0.0],[1.0,0.0],[1.0,2.0],[0.0,2.5]],"symbol":"1"}],'
        b'"kind":"","photo":"ab","region":[[0.0,1.0],[9.25,0.0],[1e+16,1e-05],[0.30000000000000004,2.0]],'
        b'"source":"human","split":"test","vin":"1M8GDM9AXKP042788","weight":0.5},'
        b'{"annotation":"\\u00e4","characters":[],"kind":"","photo":"ab","region":null,'
        b'"source":"human","split":"test","vin":"1M8GDM9AXKP042788","weight":0.5}],'
        b'"name":"\\u201c1\\u201d"}'
    )
    assert encode_snapshot(Snapshot("", ())) == b'{"format":1,"items":[],"name":""}'


def test_a_number_that_json_does_not_know_is_refused() -> None:
    region = ((0, 0), (float("nan"), 0), (9, 2), (0, 2))
    with pytest.raises(ValueError, match="JSON"):
        encode_snapshot(Snapshot("first", (SnapshotItem("ab", VIN, "train", region),)))


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
