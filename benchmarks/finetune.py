"""How long does a fine-tuning of so many corrections take, how much memory, and what does it gain?

python -m benchmarks.finetune --photos photos.csv --count 100 --out var/bench-finetune
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.runner import MEBIBYTE
from inference.bundle import DEFAULT_BUNDLE, load_bundle
from inference.evaluation import evaluate
from inference.labels import load_labels, path_beside
from inference.metrics import wilson_interval
from inference.snapshot import Snapshot, SnapshotItem
from inference.splits import bucket, plate_design
from inference.types import Scorecard
from labeling.memory import read_peak
from training.finetune import NETWORKS, FinetuneConfig, Progress
from training.tuning.bundle import finetune_bundle

VALIDATION_PARTS = 5
"""One design in so many validates."""


@dataclass(slots=True)
class Stopwatch:
    """Seconds of the wall and of the processor at the end of each network, and of what follows."""

    started: tuple[float, float] = field(default_factory=lambda: read_clocks())
    rows: list[tuple[str, float, float]] = field(default_factory=list)

    def lap(self, name: str) -> None:
        now = read_clocks()
        self.rows.append((name, now[0] - self.started[0], now[1] - self.started[1]))
        self.started = now


def read_clocks() -> tuple[float, float]:
    return time.monotonic(), time.process_time()


def choose_photos(items: Sequence[SnapshotItem], count: int) -> Snapshot:
    """`count` photos that teach, and of the same data those of one design in five to validate."""
    placed = [item for item in items if item.region is not None]
    validating = [item for item in placed if _validates(item)]
    teaching = [item for item in placed if not _validates(item)]
    chosen = [replace(item, split="train") for item in _spread(teaching, count)]
    chosen += [replace(item, split="validation") for item in _spread(validating, count // 4)]
    return Snapshot(f"{count} corrections", tuple(chosen))


def _validates(item: SnapshotItem) -> bool:
    return bucket(f"validation {plate_design(item.vin)}", VALIDATION_PARTS) == 0


def _spread(items: Sequence[SnapshotItem], count: int) -> list[SnapshotItem]:
    step = max(len(items) / count, 1.0)
    return [items[int(step * place)] for place in range(min(count, len(items)))]


def run(
    snapshot: Snapshot, csv: Path, bundle: Path, config: dict[str, Any], out: Path
) -> tuple[Path | None, Stopwatch]:
    """Fine-tune; returns the new bundle, None where nothing was learned, and what took how long."""
    watch = Stopwatch()

    def report(progress: Progress) -> None:
        if progress.is_news:
            watch.lap(progress.network or "before the calibration")
            print(f"  {progress.message}", flush=True)

    tuned = finetune_bundle(
        snapshot=snapshot,
        photo_path=path_beside(csv),
        base_bundle=bundle,
        config=FinetuneConfig.from_json(config),
        name="benchmark",
        out_dir=out,
        report=report,
    )
    return tuned, watch


def format_times(watch: Stopwatch) -> str:
    rows = [*watch.rows, ("together", sum(row[1] for row in watch.rows), sum(row[2] for row in watch.rows))]
    lines = [f"{name:<24}{wall:>8.0f} s{own:>8.0f} s" for name, wall, own in rows]
    peak = read_peak() / MEBIBYTE
    return "\n".join([f"{'':<24}{'clock':>10}{'processor':>10}", *lines, f"memory at most {peak:,.0f} MB"])


def format_card(name: str, card: Scorecard) -> str:
    low, high = wilson_interval(card.exact, card.n)
    share = f"{card.exact / card.n:.1%} ({low:.1%} to {high:.1%})"
    return f"{name:<8}{card.exact} of {card.n} held-out VINs right, {share}, CER {card.cer:.2%}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.finetune", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--photos", type=Path, required=True, help="photos (CSV): columns file, vin, box")
    parser.add_argument("--count", type=int, default=100, help="photos that teach")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=["sequence", "characters"])
    parser.add_argument("--config", type=json.loads, default={}, help='JSON, such as {"steps": 40}')
    parser.add_argument("--bundle", type=Path, default=DEFAULT_BUNDLE)
    parser.add_argument("--measure", type=int, default=0, help="held-out photos that both versions read")
    parser.add_argument("--out", type=Path, required=True, help="folder; a run that is there goes on")
    options = parser.parse_args()
    snapshot = choose_photos(load_labels(options.photos, part="train").items, options.count)
    config = {**options.config, "networks": options.networks}
    tuned, watch = run(snapshot, options.photos, options.bundle, config, options.out)
    print(format_times(watch))
    if tuned is None:
        print("Nothing was learned.")
    elif options.measure:
        held_out = load_labels(options.photos, part="held_out")
        sample = replace(held_out, items=tuple(_spread(held_out.items, options.measure)))
        for name, folder in (("before", options.bundle), ("after", tuned)):
            card = evaluate(load_bundle(folder), sample, "test", path_beside(options.photos))
            print(format_card(name, card), flush=True)


if __name__ == "__main__":
    main()
