"""The whole learning loop on labeled photos, over the API of a running system: does each step read better?

People are simulated: they answer from the known VINs, err at a stated rate, and reviewers mend most of that.
After 60, 120 and all corrections a run fine-tunes the champion; then rounds of pseudo-labels over photos that
nobody has read. Each version is measured on plate designs that the system never sees (inference.splits).
What is done is kept in `--out`, so that the same command goes on where it was stopped.

    python -m benchmarks.loop --csv photos.csv --server http://localhost:8000 --people var/demo-people.json \
        --bundles var/data/bundles --out loop.json
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.loop_audit import audit
from benchmarks.loop_client import Client, pack, wait
from benchmarks.loop_people import Annotator, Reviewer, Truth
from inference.bundle import load_bundle
from inference.evaluation import evaluate
from inference.labels import load_labels, path_beside
from inference.metrics import wilson_interval
from inference.snapshot import Snapshot

SIZES = (60, 120)
"""Corrections after which a run is asked for, besides all of them."""
AT_ONCE = 100
"""Photos in one ZIP."""
LONGEST_RUN, LONGEST_READING = 5400.0, 7200.0
PEOPLE = ("human", "consensus")
ALL = (*PEOPLE, "pseudo")
REASON = "A step of the measurement of the whole loop."


@dataclass
class Loop:
    """One project that learns. `results` is what is in the file, by the name of the step."""

    project: str
    engineer: Client
    annotator: Annotator
    reviewer: Reviewer
    measure: Callable[[str], dict[str, Any]]
    out: Path
    results: dict[str, dict[str, Any]]

    def step(self, name: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Do it unless it is done, and write down what came of it and how long it took."""
        key = f"{self.project}: {name}"
        if key not in self.results:
            began = time.monotonic()
            self.results[key] = {**act(), "seconds": round(time.monotonic() - began, 1)}
            self.out.write_text(json.dumps(self.results, indent=1))
            print(f"{key}: {self.results[key]}", flush=True)
        return self.results[key]

    def draw_at_random(self) -> dict[str, Any]:
        """Let chance alone choose which photos come first."""
        path = f"projects/{self.project}/acquisition-policy"
        policy = self.engineer.get(path)
        rules = {name: policy[name] for name in ("uncertainty", "disagreement", "novelty", "legibility")}
        return dict(
            self.engineer.put(path, **rules, random_share=1.0, reason=REASON, replaces=policy["number"])
        )

    def measure_champion(self) -> dict[str, Any]:
        return self.measure(self._champion()["digest"])

    def upload(self, paths: Sequence[Path]) -> dict[str, Any]:
        """Send the photos in archives, and wait until all are read."""
        created = refused = 0
        for first in range(0, len(paths), AT_ONCE):
            report = self.engineer.upload(
                f"projects/{self.project}/photos", "photos.zip", pack(paths[first : first + AT_ONCE])
            )
            created += len(report["created"])
            refused += len(report["refused"])
        wait(self._all_read, seconds=LONGEST_READING, what="all photos are read")
        return {"created": created, "refused": refused}

    def correct(self, total: int) -> dict[str, Any]:
        """Annotate until `total` photos have been, and review what the policy sends there."""
        self.annotator.annotate(self.project, total - self.annotator.counts["submitted"])
        self.reviewer.review(self.project)
        return {"annotator": dict(self.annotator.counts), "reviewer": dict(self.reviewer.counts)}

    def remember(self, corrected: dict[str, Any]) -> None:
        """Take up the counts of a step that was done before this process began."""
        self.annotator.counts.update(corrected["annotator"])
        self.reviewer.counts.update(corrected["reviewer"])

    def learn(self, name: str, sources: Sequence[str], config: dict[str, Any]) -> dict[str, Any]:
        """Freeze, fine-tune the champion, measure, and promote: what the gate said is written down."""
        snapshot = self.engineer.post(
            f"projects/{self.project}/snapshots", name=f"{name} {time.time():.0f}", sources=list(sources)
        )
        run = self.engineer.post(f"projects/{self.project}/runs", snapshot=snapshot["id"], config=config)
        began = time.monotonic()
        run = wait(lambda: self._ended(run["id"]), seconds=LONGEST_RUN, what=f"the run after {name}")
        if run["state"] != "succeeded":
            raise RuntimeError(f"The run after {name} {run['state']}: {run['error']}")
        took = round(time.monotonic() - began, 1)
        if run["learned_nothing"]:
            known = {"version": None, "counts": snapshot["counts"], "run_seconds": took}
            return {**known, **self.measure_champion()}
        version = next(each for each in self._versions() if each["run"] == run["id"])
        decisions = self.engineer.get(f"model-versions/{version['id']}")["gate_decisions"]
        gate = decisions[0] if decisions else None
        said = {"override_reason": "" if gate and gate["passed"] else REASON}
        self.engineer.post(f"model-versions/{version['id']}/promote", **said)
        return {
            "version": version["name"],
            "counts": snapshot["counts"],
            "run_seconds": took,
            "gate": bool(gate and gate["passed"]),
            **self.measure(version["digest"]),
        }

    def trust(self, target: float, sample: int, folder: Path) -> dict[str, Any]:
        """A round of pseudo-labels by the champion, and its audit."""
        asked = self.engineer.post(f"projects/{self.project}/rounds", target=target, audit_size=sample)
        address = f"rounds/{asked['id']}"
        wait(lambda: self._has_read(address), seconds=LONGEST_READING, what="the round has read")
        audited = audit(self.reviewer.client, self.project, asked["id"], folder)
        report = self.engineer.get(address)
        return {"report": report, "audited": audited}

    def _has_read(self, address: str) -> bool:
        state = self.engineer.get(address)["state"]
        if state in ("failed", "canceled"):
            raise RuntimeError(f"The round {state}.")
        return state not in ("queued", "running")

    def _champion(self) -> Any:
        return next(version for version in self._versions() if version["is_champion"])

    def _versions(self) -> list[Any]:
        return list(self.engineer.list(f"projects/{self.project}/model-versions"))

    def _ended(self, run_id: str) -> Any:
        run = self.engineer.get(f"runs/{run_id}")
        return run if run["state"] in ("succeeded", "failed", "canceled") else None

    def _all_read(self) -> bool:
        waiting = ("uploaded", "queued", "processing")
        path = f"projects/{self.project}/photos"
        return not any(self.engineer.get(path, state=state, limit=1)["items"] for state in waiting)


@dataclass(frozen=True, slots=True)
class Photos:
    """What the CSV says: photos that teach, with what they show; those nobody has read; the held-out ones."""

    known: dict[Path, Truth]
    unread: list[Path]
    held_out: Snapshot


def read_photos(path: Path) -> Photos:
    """Raises inference.labels.InvalidLabels."""
    find = path_beside(path)
    taught = load_labels(path, part="train")
    known = {find(item.photo): Truth(item.vin, item.region) for item in taught.items if item.region}
    with path.open(newline="", encoding="utf-8-sig") as lines:
        unread = [find(row["file"]) for row in csv.DictReader(lines) if not row["vin"]]
    return Photos(known, unread, load_labels(path, part="held_out", level="high"))


def run_loop(loop: Loop, photos: Photos, options: argparse.Namespace) -> None:
    """Every step of one project, in order."""
    if options.order == "random":
        loop.step("order", loop.draw_at_random)
    loop.step("start", loop.measure_champion)
    loop.step("photos to correct", lambda: loop.upload(sorted(photos.known)))
    for size in [*(size for size in SIZES if size < len(photos.known)), len(photos.known)]:
        loop.remember(loop.step(f"{size} corrections", lambda size=size: loop.correct(size)))
        loop.step(
            f"run after {size}", lambda size=size: loop.learn(f"{size} corrections", PEOPLE, options.config)
        )
        if size in options.stop_after:
            return
    if options.rounds:
        loop.step("unread photos", lambda: loop.upload(photos.unread[: options.unread]))
    for number in range(1, options.rounds + 1):
        folder = options.out.parent / f"{loop.project}-round-{number}"
        trust = partial(loop.trust, options.target, options.sample, folder)
        loop.step(f"round {number}", trust)
        loop.step(
            f"run after round {number}",
            lambda number=number: loop.learn(f"round {number}", ALL, options.config),
        )


def measure_bundle(bundle: Path, photos: Photos, csv_path: Path) -> dict[str, Any]:
    """How a bundle reads the held-out photos, through the pipeline that serves."""
    card = evaluate(load_bundle(bundle), photos.held_out, "test", path_beside(csv_path))
    low, high = wilson_interval(card.exact, card.n)
    return {
        "exact": card.exact,
        "n": card.n,
        "interval": [round(low, 4), round(high, 4)],
        "cer": round(card.cer, 4),
    }


def log_in(options: argparse.Namespace) -> dict[str, Client]:
    """The people of the demo, by their roles."""
    people = json.loads(options.people.read_text())
    return {
        person["role"]: Client(options.server, username=person["username"], password=person["password"])
        for person in people
    }


def build_loop(options: argparse.Namespace, photos: Photos) -> Loop:
    clients = log_in(options)
    truths = {path.name: truth for path, truth in photos.known.items()}
    first, second = (np.random.default_rng((options.seed, place)) for place in range(2))
    results = json.loads(options.out.read_text()) if options.out.exists() else {}
    return Loop(
        project=options.project,
        engineer=clients["admin"],
        annotator=Annotator(clients["annotator"], truths, options.errors, first),
        reviewer=Reviewer(clients["reviewer"], truths, options.caught, second),
        measure=lambda digest: measure_bundle(options.bundles / digest, photos, options.csv),
        out=options.out,
        results=results,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    photos = read_photos(options.csv)
    print(
        f"{len(photos.known)} known, {len(photos.unread)} unread, {len(photos.held_out.items)} held out",
        flush=True,
    )
    run_loop(build_loop(options, photos), photos, options)
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--csv", type=Path, required=True, help="photos with their labels (inference.labels)")
    parser.add_argument("--server", default="http://localhost:8000")
    parser.add_argument("--people", type=Path, required=True, help="demo-people.json of the system")
    parser.add_argument("--bundles", type=Path, required=True, help="the folder of bundles of the system")
    parser.add_argument("--project", default="demo", help="its slug; a project of its own for each order")
    parser.add_argument(
        "--order", choices=("worth", "random"), default="worth", help="which photos come first"
    )
    parser.add_argument("--out", type=Path, required=True, help="what is done already, and its figures")
    parser.add_argument("--config", type=json.loads, default={}, help="settings of the runs, as JSON")
    parser.add_argument(
        "--errors", type=float, default=0.02, help="the share of photos that are annotated wrong"
    )
    parser.add_argument(
        "--caught", type=float, default=0.8, help="the share of mistakes that a reviewer sees"
    )
    parser.add_argument("--rounds", type=int, default=2, help="of pseudo-labels")
    parser.add_argument("--unread", type=int, default=None, help="photos for the rounds; all by default")
    parser.add_argument("--target", type=float, default=0.995, help="of their precision")
    parser.add_argument(
        "--sample", type=int, default=0, help="readings to audit; 0: as many as the target needs"
    )
    parser.add_argument("--stop-after", type=int, nargs="*", default=[], help="corrections")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
