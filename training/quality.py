"""Fits the network that tells readable photos from unreadable ones, and why, for the readings of one bundle.

A multilayer perceptron of one small hidden layer on the measures that the reader takes. Some of them come
from what a bundle reads, so that it is to be fitted anew when the recognizers change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inference.bundle import QUALITY, describe_network, load_bundle, read_manifest, write_manifest
from inference.pipeline import LEAST_CREDIBLE
from inference.quality import CLASSES, REFUSED, TRUSTED
from inference.quality_measures import MEASURES, OF_THE_LINE, scale_confidence
from inference.sessions import Network
from training.export import TOLERANCE, ParityError
from training.graphs import trace_network
from training.synthesis.unreadable import CAUSES, HELPED_BY, render_judged

Measures = npt.NDArray[np.float32]
"""N x len(MEASURES)."""
Labels = npt.NDArray[np.int64]
"""N indexes into CLASSES."""
Chances = npt.NDArray[np.float64]
"""N x len(CLASSES) probabilities."""

READABLE_SHARE = 4
"""Readable photos for every one of each cause."""
MOST_REFUSED = 0.02
"""The share of readable photos that may be refused."""

_HIDDEN, _STEPS, _RATE, _DECAY, _JITTER = 24, 600, 0.01, 0.03, 0.2
_FOLDS = 4
_LEAST_SPREAD = 1e-2
_BOUNDS = (0.15, 0.85)
_FOUND, _LIKELIHOOD, _CONFIDENCE = (MEASURES.index(name) for name in ("found", "likelihood", "confidence"))
_UNSEEN = [CLASSES.index(name) for name in (None, *HELPED_BY)]


class QualityFailed(RuntimeError):
    """There are too few photos of a kind to learn from."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a reader measured in photos, and what is the matter with them."""

    measures: Measures
    labels: Labels

    @property
    def is_settled(self) -> npt.NDArray[np.bool_]:
        """Which photos are read or refused for what was read in them, whatever they look like."""
        surely = self.measures[:, _CONFIDENCE] >= np.float32(scale_confidence(TRUSTED))
        return surely | self.is_hopeless

    @property
    def is_hopeless(self) -> npt.NDArray[np.bool_]:
        """Which photos show nothing that a credible VIN was read in."""
        return self.measures[:, _LIKELIHOOD] < LEAST_CREDIBLE


def fit_bundle(
    bundle: Path, *, count: int, seed: int, cache: Path | None = None, report: Callable[[str], None] = print
) -> dict[str, float]:
    """Read `count` photos for each cause, fit, and write the network into the bundle; returns figures.

    The figures are of photos that the network was not fitted on, by cross-validation. With `cache` the
    measures are kept in that file, and taken from it. Raises QualityFailed, bundle.InvalidBundle.
    """
    if cache is not None and cache.exists():
        judged = _load(cache)
    else:
        judged = _collect(bundle, count, seed, report)
        if cache is not None:
            np.savez(cache, measures=judged.measures, labels=judged.labels)
    if min(np.bincount(judged.labels, minlength=len(CLASSES))) < _FOLDS:
        raise QualityFailed(f"Every cause needs at least {_FOLDS} photos.")
    chances = _cross_validate(judged)
    shift = choose_shift(chances, judged)
    figures = {"photos": len(judged.labels), **measure(_shifted(chances, shift), judged)}
    write_network(bundle, Classifier.fitted(judged, shift=shift), figures)
    return figures


def _load(cache: Path) -> Judged:
    with np.load(cache) as arrays:
        return Judged(arrays["measures"], arrays["labels"])


def _collect(bundle: Path, count: int, seed: int, report: Callable[[str], None]) -> Judged:
    """The reader's own measures of synthetic photos."""
    reader = load_bundle(bundle)
    rows, labels = [], []
    kinds = [None] * READABLE_SHARE + list(CAUSES)
    for number in range(count):
        for place, cause in enumerate(kinds):
            photo = render_judged(np.random.default_rng((seed, place, number)), cause)
            found = reader.read(photo.image).quality.measures
            rows.append([found[name] for name in MEASURES])
            labels.append(CLASSES.index(cause))
        report(f"{(number + 1) * len(kinds)} of {count * len(kinds)} photos read")
    return Judged(np.array(rows, np.float32), np.array(labels, np.int64))


class Classifier(nn.Module):
    """N x len(MEASURES) to N x len(CLASSES) logits; `shift` is added to that of readable photos."""

    mean: torch.Tensor
    spread: torch.Tensor
    shift: torch.Tensor

    def __init__(self, mean: torch.Tensor, spread: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)
        self.register_buffer("shift", torch.zeros(len(CLASSES)))
        self.layers = nn.Sequential(
            nn.Linear(len(MEASURES), _HIDDEN), nn.Tanh(), nn.Linear(_HIDDEN, len(CLASSES))
        )

    def forward(self, measures: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.layers((measures - self.mean) / self.spread) + self.shift
        return logits

    @classmethod
    def fitted(cls, judged: Judged, *, shift: float = 0.0) -> Classifier:
        """By AdamW on all photos at once, each one jittered a little in every step."""
        torch.manual_seed(0)
        measures, labels = _with_nothing_found(judged)
        inputs, targets = torch.from_numpy(measures), torch.from_numpy(labels)
        network = cls(inputs.mean(0), inputs.std(0).clamp(min=_LEAST_SPREAD))
        optimizer = torch.optim.AdamW(network.layers.parameters(), lr=_RATE, weight_decay=_DECAY)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _STEPS)
        for _ in range(_STEPS):
            optimizer.zero_grad()
            jittered = inputs + _JITTER * network.spread * torch.randn_like(inputs)
            nn.functional.cross_entropy(network(jittered), targets, label_smoothing=0.02).backward()
            optimizer.step()
            schedule.step()
        network.shift[0] = shift
        return network.eval()

    def weigh(self, measures: Measures) -> Chances:
        with torch.inference_mode():
            return np.asarray(torch.softmax(self(torch.from_numpy(measures)), 1), np.float64)


def _with_nothing_found(judged: Judged) -> tuple[Measures, Labels]:
    """The photos, and all of them again as they are where not even a line is found.

    Without a line nothing tells a VIN that is too small, cut off or merely missed from none at all.
    """
    blind = judged.measures.copy()
    blind[:, OF_THE_LINE] = 0.0
    measures, labels = np.vstack([judged.measures, blind]), np.r_[judged.labels, judged.labels]
    unseen = (measures[:, _FOUND] == 0) & np.isin(labels, _UNSEEN)
    return measures, np.where(unseen, CLASSES.index("no_vin"), labels)


def _cross_validate(judged: Judged) -> Chances:
    """What is thought of every photo by a network that was fitted on others."""
    folds = np.arange(len(judged.labels)) // len(CLASSES) % _FOLDS
    chances = np.zeros((len(judged.labels), len(CLASSES)))
    for fold in range(_FOLDS):
        held_out = folds == fold
        kept = Judged(judged.measures[~held_out], judged.labels[~held_out])
        chances[held_out] = Classifier.fitted(kept).weigh(judged.measures[held_out])
    return chances


def choose_shift(chances: Chances, judged: Judged) -> float:
    """What to add to the logit of readable photos so that few of them are refused, but for hopeless ones."""
    asked = chances[(judged.labels == 0) & ~judged.is_settled, 0]
    allowed = int(MOST_REFUSED * (judged.labels == 0).sum())
    threshold = float(np.sort(asked)[allowed]) if len(asked) > allowed else REFUSED
    bounded = float(np.clip(threshold, *_BOUNDS))
    return float(np.log(REFUSED / (1 - REFUSED)) - np.log(bounded / (1 - bounded)))


def _shifted(chances: Chances, shift: float) -> Chances:
    weighed = chances * np.r_[np.exp(shift), np.ones(len(CLASSES) - 1)]
    return np.asarray(weighed / weighed.sum(axis=1, keepdims=True))


def measure(chances: Chances, judged: Judged) -> dict[str, float]:
    """Shares of readable photos refused, of unreadable ones refused, and refused with the right advice."""
    refused = judged.is_hopeless | ((chances[:, 0] < REFUSED) & ~judged.is_settled)
    advised = chances[:, 1:].argmax(axis=1) + 1
    helped = [CLASSES[label] in HELPED_BY for label in judged.labels]  # all of them by the same advice
    is_right = (advised == judged.labels) | (np.array(helped) & (advised == CLASSES.index("no_vin")))
    unreadable = judged.labels > 0
    return {
        "readable_refused": round(float(refused[~unreadable].mean()), 4),
        "unreadable_refused": round(float(refused[unreadable].mean()), 4),
        "advised_right": round(float((refused & is_right)[unreadable].mean()), 4),
    }


def write_network(bundle: Path, network: Classifier, figures: Mapping[str, float]) -> None:
    """Into the bundle and its manifest. Raises export.ParityError, bundle.InvalidBundle."""
    manifest = read_manifest(bundle)
    content = to_onnx(network)
    (bundle / f"{QUALITY}.onnx").write_bytes(content)
    shape, parameters = (-1, len(MEASURES)), sum(each.numel() for each in network.parameters())
    entry = describe_network(bundle, f"{QUALITY}.onnx", shape=shape, parameters=parameters)
    write_manifest(
        bundle,
        replace(
            manifest,
            networks={**manifest.networks, QUALITY: entry},
            training={**manifest.training, QUALITY: dict(figures)},
        ),
    )


def to_onnx(network: Classifier) -> bytes:
    """Raises ParityError where ONNX Runtime answers otherwise than torch."""
    probe = torch.randn(3, len(MEASURES))
    content = trace_network(network, probe, dynamic={0: "batch"}).SerializeToString()
    with torch.inference_mode():
        difference = np.abs(network(probe).numpy() - Network(content).run(probe.numpy())).max()
    if not difference <= TOLERANCE:
        raise ParityError(f"The quality network's ONNX file differs from it by {difference:.4g}.")
    return bytes(content)
