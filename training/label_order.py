"""Compares orders in which to label photos: after so many labels, how well does the recognizer read others?

Every step is one fine-tuning from the same bundle on what was labeled so far. Lines are cut out of the photos
once and kept; what was measured is kept too, so that a second call goes on where the first stopped.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from inference.acquisition import Signals, Weights, measure_signals, split_worth
from inference.appearance import describe_crop
from inference.bundle import bundle_digest
from inference.coverage import nearest_distances, rank_by_worth, standardize, typical_distance
from inference.geometry import quad_from_points
from inference.labels import InvalidLabels, load_labels, path_beside
from inference.rectifier import rectify
from inference.snapshot import Snapshot, SnapshotItem
from inference.splits import part_of
from inference.types import Crop, Region
from training.examples import load_examples
from training.finetune import FinetuneConfig, Progress, finetune
from training.learning_curve import ALL, RANDOM, UNCERTAIN, WORTH, Result
from training.line_readers import LineReader, read_lines
from training.real_crops import tighten_all
from training.tuning.loop import WEIGHTS
from training.tuning.settings import PACES

Array = npt.NDArray[np.float64]
Tell = Callable[[str], None]

RANDOM_SHARE = 0.2
"""Of the labels of the order by worth, how many are drawn at random, as in a project without a policy."""
JITTERS = 4
"""In how many crops a held-out line is read, as other detections would have cut it."""

RESULTS, LINES = "results.jsonl", "lines.json"


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class OrderTrial:
    """What to simulate: labels counted up to each of `sizes`, then all of them, each order once a seed."""

    sizes: tuple[int, ...] = (30, 60, 120)
    orders: tuple[str, ...] = (RANDOM, WORTH)
    seeds: int = 3
    steps: int = 80
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        if not self.sizes or sorted(set(self.sizes)) != list(self.sizes) or self.sizes[0] < 1:
            raise InvalidLabels("Name counts of labels that increase, such as 30 60 120.")


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines cut out of the photos: those that may be labeled, and those that only measure."""

    pool: tuple[SnapshotItem, ...]
    held_out: tuple[SnapshotItem, ...]
    folder: Path

    def path(self, photo: str) -> Path:
        return self.folder / photo

    def crops(self, items: Sequence[SnapshotItem]) -> list[Crop]:
        examples = load_examples(items, self.path)
        return [rectify(example.patch, Region(example.quad, 1.0)) for example in examples]

    def jittered_crops(self, items: Sequence[SnapshotItem]) -> list[Crop]:
        """JITTERS crops of each, the same ones every time."""
        rng = np.random.default_rng(11)
        examples = load_examples(items, self.path)
        pictures = [example.jittered_crop(rng) for example in examples for _ in range(JITTERS)]
        return [Crop(pixels, np.eye(3)) for pixels in pictures]


def compare_orders(
    *, csv: Path, base: Path, second: Path | None, trial: OrderTrial, out_dir: Path, tell: Tell = _tell
) -> tuple[list[Result], list[str]]:
    """Every result, and the VINs of the held-out lines in the order of `Result.right`.

    `second` is the ONNX file of the second reader; by default the characters of the bundle. Raises
    labels.InvalidLabels, bundle.InvalidBundle, sessions.InvalidNetwork, finetune.FinetuningFailed, OSError.
    """
    _check_same(out_dir, base, second, trial)
    lines = cut_lines(csv, base, out_dir / "lines", tell)
    if len(lines.pool) < trial.sizes[-1] or not lines.held_out:
        raise InvalidLabels(
            f"{csv} has {len(lines.pool)} lines to label and {len(lines.held_out)} that measure; "
            f"{trial.sizes[-1]} and one are needed. Name smaller counts."
        )
    simulation = _Simulation(lines, base, second, trial, out_dir, tell)
    return simulation.run(), [item.vin for item in lines.held_out]


def _check_same(out_dir: Path, base: Path, second: Path | None, trial: OrderTrial) -> None:
    """A folder holds one simulation: results of others would not be comparable. Raises InvalidLabels."""
    out_dir.mkdir(parents=True, exist_ok=True)
    fixed = {"base": bundle_digest(base), "second": second and second.name, "steps": trial.steps}
    known, path = {**fixed, "weights": asdict(trial.weights)}, out_dir / "trial.json"
    if path.exists() and json.loads(path.read_text()) != known:
        raise InvalidLabels(f"{out_dir} holds another simulation; name a folder of its own.")
    path.write_text(json.dumps(known))


def cut_lines(csv: Path, base: Path, folder: Path, tell: Tell) -> Lines:
    """The lines of a CSV as files of their own, cut out once. Raises InvalidLabels, OSError."""
    if not (folder / LINES).exists():
        folder.mkdir(parents=True, exist_ok=True)
        tell("Cutting the lines out of the photos")
        found = list(_cut(csv, base, folder))
        (folder / LINES).write_text(json.dumps(found))
    rows = [_decode(row) for row in json.loads((folder / LINES).read_text())]
    pool = tuple(row for row in rows if part_of(row.vin) == "train")
    return Lines(pool, tuple(row for row in rows if part_of(row.vin) == "held_out"), folder)


def _cut(csv: Path, base: Path, folder: Path) -> Iterator[dict[str, Any]]:
    find = path_beside(csv)
    for item in tighten_all(load_labels(csv).items, find, base):
        for example in load_examples([item], find):
            name = item.photo.replace("/", "__") + ".png"
            cv2.imwrite(str(folder / name), cv2.cvtColor(example.patch, cv2.COLOR_RGB2BGR))
            yield {"photo": name, "vin": item.vin, "region": example.quad, "kind": item.kind}


def _decode(row: dict[str, Any]) -> SnapshotItem:
    region = quad_from_points(row["region"])
    return SnapshotItem(photo=row["photo"], vin=row["vin"], split="train", region=region, kind=row["kind"])


class _Simulation:
    """Labels, trains and measures; every result is written as soon as it is there."""

    def __init__(
        self, lines: Lines, base: Path, second: Path | None, trial: OrderTrial, out_dir: Path, tell: Tell
    ) -> None:
        self._lines, self._base, self._trial, self._out_dir, self._tell = lines, base, trial, out_dir, tell
        self._reader = LineReader.open(base, second)
        self._crops, self._held_out = lines.crops(lines.pool), lines.jittered_crops(lines.held_out)
        look = np.array([describe_crop(crop) for crop in self._crops])
        self._points = standardize(look, look)
        self._results = read_results(out_dir / RESULTS)
        # what a kill cut off must not stand before what is written now
        (out_dir / RESULTS).write_text("".join(map(_encode, self._results.values())))

    def run(self) -> list[Result]:
        everything = tuple(item.photo for item in self._lines.pool)
        self._measure(ALL, 0, (), self._reader)
        for seed in range(1, self._trial.seeds + 1):
            for order in self._trial.orders:
                labeled: tuple[str, ...] = ()
                reader = self._reader
                for size in self._trial.sizes:
                    labeled = self._label(order, seed, size, labeled, reader)
                    reader = self._learn(order, seed, labeled)
            if (ALL, seed, len(everything)) not in self._results:
                self._learn(ALL, seed, everything)
        return list(self._results.values())

    def _label(
        self, order: str, seed: int, size: int, labeled: tuple[str, ...], reader: LineReader
    ) -> tuple[str, ...]:
        """What is labeled up to `size`: as an earlier call chose, or as the network of before chooses."""
        known = self._results.get((order, seed, size))
        if known is not None:
            return known.labeled
        photos = [item.photo for item in self._lines.pool]
        taken = np.array([photo in labeled for photo in photos])
        chosen = self._choose(order, seed, size - len(labeled), taken, reader)
        return (*labeled, *(photos[index] for index in chosen))

    def _choose(
        self, order: str, seed: int, count: int, taken: npt.NDArray[np.bool_], reader: LineReader
    ) -> list[int]:
        left = np.flatnonzero(~taken)
        shuffled = np.random.default_rng((seed, 7)).permutation(len(taken))
        at_random = [int(index) for index in shuffled if not taken[index]]
        if order == RANDOM:
            return at_random[:count]
        drawn = at_random[: round(RANDOM_SHARE * count)] if order == WORTH else []
        signals = measure_all(reader, [self._crops[index] for index in left])
        weights = Weights(1, 0, 0, 0) if order == UNCERTAIN else self._trial.weights
        ranked = rank(signals, self._points[left], self._points[taken], weights)
        rest = [int(left[index]) for index in ranked if int(left[index]) not in drawn]
        return [*drawn, *rest[: count - len(drawn)]]

    def _learn(self, order: str, seed: int, labeled: tuple[str, ...]) -> LineReader:
        """The reader after a fine-tuning on these labels; measured, where an earlier call has not."""
        folder = self._out_dir / "runs" / f"{order}-{seed}-{len(labeled)}"
        weights = folder / "sequence" / WEIGHTS
        if (order, seed, len(labeled)) in self._results and weights.exists():
            return self._reader.with_weights(weights)
        items = tuple(item for item in self._lines.pool if item.photo in labeled)
        trained = finetune(
            snapshot=Snapshot(name=f"{order} {len(labeled)}", items=items),
            photo_path=self._lines.path,
            base_bundle=self._base,
            config=self._config(seed),
            out_dir=folder,
            report=_ignore,
        )
        reader = self._reader.with_weights(cast(Path, trained.sequence))
        self._measure(order, seed, labeled, reader)
        if order == ALL:
            shutil.rmtree(folder)
        return reader

    def _config(self, seed: int) -> FinetuneConfig:
        pace = replace(PACES["sequence"], steps=self._trial.steps)
        return FinetuneConfig(paces={"sequence": pace}, seed=seed, validate_every=10_000)

    def _measure(self, order: str, seed: int, labeled: tuple[str, ...], reader: LineReader) -> None:
        if (order, seed, len(labeled)) in self._results:
            return
        read = read_lines(reader, self._held_out)
        expected = np.repeat([item.vin for item in self._lines.held_out], JITTERS)
        hits = np.array([got["vin"] == vin for got, vin in zip(read, expected, strict=True)])
        right = hits.reshape(-1, JITTERS).mean(axis=1).tolist()
        result = Result(order, seed, len(labeled), labeled, tuple(right))
        with (self._out_dir / RESULTS).open("a") as out:
            out.write(_encode(result))
        self._results[order, seed, len(labeled)] = result
        self._tell(f"{order}, seed {seed}, {len(labeled)} labels: {np.mean(right):.1%} right")


def _ignore(progress: Progress) -> None:
    """Nobody watches these runs: the results tell."""


def _encode(result: Result) -> str:
    return json.dumps(asdict(result)) + "\n"


def read_results(path: Path) -> dict[tuple[str, int, int], Result]:
    """By order, seed and size; a last line that was cut off by a kill is done again."""
    found = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        result = Result(**{**row, "labeled": tuple(row["labeled"]), "right": tuple(row["right"])})
        found[result.order, result.seed, result.size] = result
    return found


def measure_all(reader: LineReader, crops: Sequence[Crop]) -> list[Signals]:
    return [measure_signals(reading) for reading in read_lines(reader, crops)]


def rank(signals: Sequence[Signals], points: Array, labeled: Array, weights: Weights) -> list[int]:
    """Indexes of the signals in the order in which to ask about them."""
    columns = np.array([(each.uncertainty, each.disagreement, each.legibility) for each in signals])
    base, per_novelty = split_worth(columns[:, 0], columns[:, 1], columns[:, 2], weights)
    distances = nearest_distances(points, labeled)
    order, _, _ = rank_by_worth(base, per_novelty, points, distances, typical=typical_distance(points))
    return [int(index) for index in order]
