"""The simulation of label orders, with tiny networks that learn nothing and plain crops."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.acquisition import Signals, Weights
from inference.labels import InvalidLabels
from inference.splits import part_of
from training import label_order
from training.label_order import LINES, RESULTS, OrderTrial, compare_orders, rank, read_results
from training.learning_curve import ALL, RANDOM, WORTH

TRIAL = OrderTrial(sizes=(2, 4), orders=(RANDOM, WORTH), seeds=1, steps=1)


def make_vins(part: str, number: int) -> list[str]:
    """VINs of designs that are in this part."""
    found = (f"5YJSA{n:03d}6JF27{n:04d}"[:17].ljust(17, "0") for n in count())
    return [vin for vin, _ in zip((v for v in found if part_of(v) == part), range(number), strict=False)]


@pytest.fixture
def out_dir(tmp_path: Path) -> Path:
    """A folder in which the lines are cut out already: six to label, two that measure."""
    folder = tmp_path / "lines"
    folder.mkdir()
    rng, rows = np.random.default_rng(1), []
    for vin in [*make_vins("train", 6), *make_vins("held_out", 2)]:
        pixels = rng.integers(0, 255, (60, 400, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{vin}.png"), pixels)
        region = [[10, 10], [390, 10], [390, 50], [10, 50]]
        rows.append({"photo": f"{vin}.png", "vin": vin, "region": region, "kind": "label_sticker"})
    (folder / LINES).write_text(json.dumps(rows))
    return tmp_path


def compare(out_dir: Path, bundle: Path, trial: OrderTrial = TRIAL) -> list[label_order.Result]:
    csv = out_dir / "photos.csv"
    return compare_orders(csv=csv, base=bundle, second=None, trial=trial, out_dir=out_dir)[0]


def test_every_order_and_size_is_measured_once_and_all_labels_once_a_seed(
    out_dir: Path, tiny_bundle: Path
) -> None:
    results = {(each.order, each.size): each for each in compare(out_dir, tiny_bundle)}
    assert set(results) == {
        *((order, size) for order in (RANDOM, WORTH) for size in (2, 4)),
        *((ALL, 0), (ALL, 6)),
    }
    for order in (RANDOM, WORTH):
        first, second = results[order, 2].labeled, results[order, 4].labeled
        assert second[:2] == first
        assert len(set(second)) == 4
    assert all(len(each.right) == 2 for each in results.values())


def test_a_second_call_goes_on_where_the_first_stopped(
    out_dir: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = compare(out_dir, tiny_bundle)
    path = out_dir / RESULTS
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-2]) + "\n" + lines[-2][:20])
    trained: list[str] = []
    finetune = label_order.finetune
    monkeypatch.setattr(
        label_order, "finetune", lambda **o: trained.append(o["snapshot"].name) or finetune(**o)
    )
    again = compare(out_dir, tiny_bundle)
    assert [(each.order, each.size, each.labeled) for each in again] == [
        (each.order, each.size, each.labeled) for each in complete
    ]
    assert len(trained) == 2
    compare(out_dir, tiny_bundle)
    assert len(trained) == 2


def test_a_folder_holds_one_simulation(out_dir: Path, tiny_bundle: Path) -> None:
    compare(out_dir, tiny_bundle)
    with pytest.raises(InvalidLabels, match="another simulation"):
        compare(out_dir, tiny_bundle, OrderTrial(sizes=(2,), steps=2))


def test_too_few_lines_are_told(out_dir: Path, tiny_bundle: Path) -> None:
    with pytest.raises(InvalidLabels, match="has 6 lines to label"):
        compare(out_dir, tiny_bundle, OrderTrial(sizes=(50,)))


@pytest.mark.parametrize("sizes", [(), (60, 30), (0, 30), (30, 30)])
def test_sizes_increase(sizes: tuple[int, ...]) -> None:
    with pytest.raises(InvalidLabels, match="increase"):
        OrderTrial(sizes=sizes)


def test_what_is_doubted_comes_first_and_alike_lines_one_after_another() -> None:
    signals = [Signals(0.9, 0, 1), Signals(0.9, 0, 1), Signals(0.5, 0, 1)]
    points = np.array([[0.0, 0.0], [0.0, 0.01], [3.0, 3.0]])
    assert rank(signals, points, points[:0], Weights(1, 0, 0, 0)) == [0, 1, 2]
    assert rank(signals, points, points[:0], Weights(0.5, 0, 0.5, 0)) == [0, 2, 1]


def test_results_that_were_cut_off_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / RESULTS
    path.write_text('{"order": "all", "seed": 0, "size": 0, "labeled": [], "right": [1.0]}\n{"order": "ra')
    assert set(read_results(path)) == {(ALL, 0, 0)}
    assert read_results(tmp_path / "nothing.jsonl") == {}
