"""People who annotate and review as the truth has it, and err at a stated rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.loop_client import Client
from inference.geometry import homography, map_points, quad_from_points, quad_iou
from inference.types import Quad
from inference.vin import LENGTH
from labeling.seeding import CONFUSED

OWN_LINE = 0.4
"""IoU from which a person leaves the region that was predicted as it is."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a photo shows: the VIN, and the region that a person would draw where the prediction is wrong."""

    vin: str
    region: Quad


@dataclass
class Annotator:
    """Corrects each photo with a known VIN; writes one wrong character in `error_rate` of them.

    `counts` tells of those who were handed out: submitted, changed (the prediction was wrong), erred.
    """

    client: Client
    truths: Mapping[str, Truth]
    error_rate: float
    rng: np.random.Generator
    counts: dict[str, int] = field(default_factory=lambda: {"submitted": 0, "changed": 0, "erred": 0})

    def annotate(self, project: str, count: int) -> int:
        """Submit up to `count` photos in the order in which they are handed out; returns how many."""
        for done in range(count):
            work = self.client.post(f"projects/{project}/leases", kind="annotate")
            if work is None:
                return done
            self._submit(work)
        return count

    def _submit(self, work: dict[str, Any]) -> None:
        truth = self.truths[work["photo"]["name"]]
        erred = self.rng.random() < self.error_rate
        text = misread(truth.vin, self.rng) if erred else truth.vin
        lease, revision = work["lease"]["id"], work["task"]["revision"]
        body = describe(text, truth.region, work["prediction"])
        self.client.post(f"leases/{lease}/annotation", base_revision=revision, **body)
        predicted = (work["prediction"] or {}).get("vin")
        self.counts["submitted"] += 1
        self.counts["changed"] += text != predicted
        self.counts["erred"] += text != truth.vin


@dataclass
class Reviewer:
    """Looks at all that waits for review; sees `catch_rate` of the mistakes and mends them."""

    client: Client
    truths: Mapping[str, Truth]
    catch_rate: float
    rng: np.random.Generator
    counts: dict[str, int] = field(default_factory=lambda: {"reviewed": 0, "fixed": 0})

    def review(self, project: str) -> None:
        while (work := self.client.post(f"projects/{project}/leases", kind="review")) is not None:
            self._decide(work)

    def _decide(self, work: dict[str, Any]) -> None:
        truth, annotation = self.truths[work["photo"]["name"]], work["annotation"]
        mends = annotation["text"] != truth.vin and self.rng.random() < self.catch_rate
        body: dict[str, Any] = {"verdict": "accepted"}
        if mends:
            body = {"verdict": "fixed_and_accepted", **describe(truth.vin, truth.region, annotation)}
        address = f"leases/{work['lease']['id']}/review"
        self.client.post(address, base_revision=work["task"]["revision"], **body)
        self.counts["reviewed"] += 1
        self.counts["fixed"] += mends


def misread(vin: str, rng: np.random.Generator) -> str:
    """The VIN with one character taken for another one that looks like it."""
    places = [place for place, symbol in enumerate(vin) if symbol in CONFUSED]
    place = int(rng.choice(places))
    return vin[:place] + str(rng.choice(sorted(CONFUSED[vin[place]]))) + vin[place + 1 :]


def describe(text: str, region: Quad, earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    """Text, region and boxes of a submit: those of `earlier` where it found the line and read it in its
    direction, else drawn anew.
    """
    found = earlier and earlier["region"] and quad_from_points(earlier["region"])
    boxes = [character["quad"] for character in earlier["characters"]] if earlier else []
    if not (found and _is_same_line(found, region) and len(boxes) == LENGTH):
        found, boxes = region, divide(region)
    characters = [
        {"index": index, "symbol": symbol, "quad": box}
        for index, (symbol, box) in enumerate(zip(text, boxes, strict=True))
    ]
    return {"text": text, "region": [list(point) for point in found], "characters": characters}


def _is_same_line(found: Quad, region: Quad) -> bool:
    """Whether both lie over each other and run the same way: a line on its head lies over itself, too."""
    (found_left, found_right), (left, right) = found[:2], region[:2]
    along = np.subtract(found_right, found_left) @ np.subtract(right, left)
    return bool(quad_iou(found, region) > OWN_LINE and along > 0)


def divide(region: Quad) -> list[list[list[float]]]:
    """A region as 17 boxes side by side, which is what a person draws who draws the region alone."""
    back = homography(region, LENGTH, 1.0)
    inverse = np.linalg.inv(back)
    corners = [[(index, 0), (index + 1, 0), (index + 1, 1), (index, 1)] for index in range(LENGTH)]
    return [np.round(map_points(inverse, quad), 2).tolist() for quad in corners]
