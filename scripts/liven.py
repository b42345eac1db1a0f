"""`python -m scripts.liven`: a day's work in a project of demo photos, so that its pages show something.

Renders photos of which it knows the VINs, all a little out of focus: the model in service has something to
learn. Lets the demo people of a running system work on them over the API: they annotate and
err now and then, review, leave some for later, freeze and fine-tune. How long they take is drawn.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.loop_client import Client, pack, wait
from benchmarks.loop_people import Truth, describe, misread
from inference.types import Image
from inference.vin import LENGTH
from training.synthesis.demo import render_demo_scene, write_scene
from training.synthesis.scenes import Scene

SEED = 77
PHOTOS, FIRST_PHOTOS = 64, 50
ANNOTATED, ANNOTATED_LATER = 50, 5
SECOND_PERSON_EVERY = 4
REVIEWED = 46
BLUR, NOISE = 0.1, 12.0
"""Standard deviations: in heights of the VIN's line, and in steps of brightness."""

LEAST_CONTRAST = 12.0
"""Standard deviation of the line's brightness, below which nobody could read it."""
ERR_EVERY, UNREADABLE_EVERY, SEND_BACK_EVERY = 7, 13, 4
CONFIG = {"steps": 80}
LONGEST = 3600.0
"""Seconds until a worker has read the photos, or has trained."""


@dataclass
class Day:
    """One project, its people by role, and what its photos show."""

    project: str
    people: dict[str, Client]
    truths: dict[str, Truth]
    rng: np.random.Generator

    def upload(self, paths: list[Path]) -> None:
        """Send the photos, and wait until all are read."""
        self.people["admin"].upload(f"projects/{self.project}/photos", "photos.zip", pack(paths))
        wait(self._all_read, seconds=LONGEST, what="all photos are read")

    def _all_read(self) -> bool:
        address = f"projects/{self.project}/photos"
        waiting = ("uploaded", "queued", "processing")
        return not any(self.people["admin"].get(address, state=state, limit=1)["items"] for state in waiting)

    def annotate(self, count: int) -> None:
        """Two people annotate; one of them errs, and gives some photos up."""
        for turn in range(count):
            is_second = turn % SECOND_PERSON_EVERY == SECOND_PERSON_EVERY - 1
            person = self.people["reviewer" if is_second else "annotator"]
            work = person.post(f"projects/{self.project}/leases", kind="annotate")
            if work is not None:
                self._submit(person, work, turn, errs=not is_second)

    def _submit(self, person: Client, work: dict[str, Any], turn: int, *, errs: bool) -> None:
        lease, revision = work["lease"]["id"], work["task"]["revision"]
        truth = self.truths[work["photo"]["name"]]
        read = (work["prediction"] or {}).get("vin")
        if errs and turn % UNREADABLE_EVERY == UNREADABLE_EVERY - 1:
            said = {"reason": "Too small or too far away", "base_revision": revision}
            person.post(f"leases/{lease}/unreadable", **said, **self._effort(4))
            return
        text = misread(truth.vin, self.rng) if errs and turn % ERR_EVERY == ERR_EVERY - 1 else truth.vin
        typed = sum(one != other for one, other in zip(text, (read or "").ljust(len(text)), strict=False))
        body = describe(text, truth.region, work["prediction"])
        if work["prediction"]:
            _keep_confidence(body["characters"], work["prediction"]["characters"])
        person.post(f"leases/{lease}/annotation", base_revision=revision, **body, **self._effort(1 + typed))

    def _effort(self, keys: int) -> dict[str, int]:
        seconds = 2.5 + 1.4 * keys + self.rng.gamma(2.0, 1.5)
        return {"keystrokes": keys, "active_ms": int(1000 * seconds)}

    def review(self) -> None:
        """What the annotator did is reviewed by the reviewer, and the reviewer's own work by the admin."""
        caught = 0
        for turn in range(REVIEWED):
            person = self.people["admin" if turn % SECOND_PERSON_EVERY == 0 else "reviewer"]
            work = person.post(f"projects/{self.project}/leases", kind="review")
            if work is not None:
                caught += self._judge(person, work, caught)

    def _judge(self, person: Client, work: dict[str, Any], caught: int) -> int:
        """Gives a verdict; 1 where something was wrong."""
        truth, annotation = self.truths[work["photo"]["name"]], work["annotation"]
        is_wrong = annotation["outcome"] == "read" and annotation["text"] != truth.vin
        body: dict[str, Any] = {"verdict": "accepted"}
        if is_wrong and caught % SEND_BACK_EVERY == SEND_BACK_EVERY - 1:
            body = {"verdict": "rejected", "reason": "A character is wrong"}
        elif is_wrong:
            body = {"verdict": "fixed_and_accepted", **describe(truth.vin, truth.region, annotation)}
        address = f"leases/{work['lease']['id']}/review"
        person.post(address, base_revision=work["task"]["revision"], **body, **self._effort(1 + is_wrong))
        return int(is_wrong)

    def learn(self) -> None:
        """Freeze what was accepted, and fine-tune on it."""
        engineer = self.people["ml_engineer"]
        snapshot = engineer.post(f"projects/{self.project}/snapshots", name="First week", sources=["human"])
        run = engineer.post(f"projects/{self.project}/runs", snapshot=snapshot["id"], config=CONFIG)
        over, address = ("succeeded", "failed", "canceled"), f"runs/{run['id']}"
        wait(lambda: engineer.get(address)["state"] in over, seconds=LONGEST, what="the run is over")


def _keep_confidence(characters: list[dict[str, Any]], read: list[dict[str, Any]]) -> None:
    """As the editor does: what the model thinks of a character stays with it where it was kept."""
    for character, before in zip(characters, read, strict=False):
        if character["symbol"] == before["symbol"]:
            character["confidence"] = before["confidence"]


def main(arguments: list[str]) -> int:
    """All of it; the project has to be there and to be empty."""
    options = _read_options(arguments)
    people = {
        person["role"]: Client(options.url, username=person["username"], password=person["password"])
        for person in json.loads(options.people.read_text())
    }
    with tempfile.TemporaryDirectory() as folder:
        truths = render(Path(folder))
        day = Day(options.project, people, truths, np.random.default_rng(SEED))
        paths = sorted(Path(folder).iterdir())
        day.upload(paths[:FIRST_PHOTOS])
        day.annotate(ANNOTATED)
        day.review()
        day.learn()
        day.upload(paths[FIRST_PHOTOS:])
    day.annotate(ANNOTATED_LATER)
    return 0


def _read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.liven", description=__doc__)
    parser.add_argument("project", help="its slug")
    parser.add_argument("--url", default="http://localhost:8000", help="where VINloop runs")
    parser.add_argument("--people", type=Path, default=Path("var/demo-people.json"))
    return parser.parse_args(arguments)


def render(folder: Path) -> dict[str, Truth]:
    """Writes the photos; returns what each shows, by its name."""
    truths = {}
    for number, scene in enumerate(islice(_list_scenes(), PHOTOS), start=1):
        path = folder / f"arrival-{number:04d}.jpg"
        write_scene(scene, path)
        corners = tuple((float(x), float(y)) for x, y in scene.quad)
        truths[path.name] = Truth(scene.vin, corners)  # type: ignore[arg-type]
    return truths


def _list_scenes() -> Iterator[Scene]:
    """Out of focus, and legible all the same."""
    for number in count():
        scene = render_demo_scene(number, SEED)
        height = float(np.hypot(*np.subtract(scene.quad[3], scene.quad[0])))
        blurred = cv2.GaussianBlur(scene.image, (0, 0), BLUR * height).astype(np.float32)
        if _cut_out_line(blurred, scene).std() < LEAST_CONTRAST:
            continue
        noise = np.random.default_rng((SEED, number)).normal(0.0, NOISE, blurred.shape)
        yield replace(scene, image=np.clip(blurred + noise, 0, 255).astype(np.uint8))


def _cut_out_line(image: Image, scene: Scene) -> Image:
    corners = np.array([(0, 0), (LENGTH * 8, 0), (LENGTH * 8, 12), (0, 12)], np.float32)
    upright = cv2.getPerspectiveTransform(np.asarray(scene.quad, np.float32), corners)
    return cv2.cvtColor(cv2.warpPerspective(image, upright, (LENGTH * 8, 12)), cv2.COLOR_RGB2GRAY)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
