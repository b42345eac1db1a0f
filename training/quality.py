"""Fits the network that tells readable photos from unreadable ones, and why, for the readings of one bundle.

The mean of a few multilayer perceptrons of one small hidden layer on the measures that the reader takes. Some
of these come from what a bundle finds and reads, so that it is to be fitted anew when its networks change.
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
from inference.geometry import quad_from_points, quad_iou
from inference.pipeline import LEAST_CREDIBLE
from inference.quality import CLASSES, HELP, HELPED_BY, REFUSED, TRUSTED
from inference.quality_measures import MEASURES, scale_confidence
from inference.sessions import Network
from inference.types import QualityCode, Reading
from training.export import TOLERANCE, ParityError
from training.graphs import narrow_kernels, trace_network
from training.synthesis.unreadable import JudgedPhoto, render_judged
from training.weights import round_kernels

Measures = npt.NDArray[np.float32]
"""N x len(MEASURES)."""
Labels = npt.NDArray[np.int64]
"""N indexes into CLASSES."""
Mask = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float32]
Chances = npt.NDArray[np.float64]
"""N x len(CLASSES) probabilities."""

SHARES: dict[QualityCode | None, int] = {
    **dict.fromkeys(CLASSES, 1),
    **{"too_small": 2, "glare": 2, "cut_off": 2, "no_vin": 3, None: 4},
}
"""How many photos of each kind there are for one of the easiest."""
MOST_REFUSED = 0.015
"""The share of readable photos that may be refused for how they look; some more show no credible VIN."""

_MEMBERS, _HIDDEN, _DROPPED = 3, 96, 0.3
_STEPS, _RATE, _DECAY, _JITTER, _SMOOTHING = 400, 0.01, 0.03, 0.3, 0.02
_EVENED = 0.5
"""How far the causes are made to count alike in the fit: 0 for each photo the same, 1 for each cause."""
_FOLDS = 4
_LEAST_SPREAD = 1e-2
_FARTHEST = 5.0
"""Deviations from the mean: what lies beyond is no more of the same."""
_SEEN = 0.2
"""IoU of the line that was read and the VIN."""
_BOUNDS = (0.15, 0.85)
_LIKELIHOOD, _CONFIDENCE = (MEASURES.index(name) for name in ("likelihood", "confidence"))
_NO_VIN = CLASSES.index("no_vin")
_LIKE_NO_VIN = [CLASSES.index(code) for code in CLASSES if code and "no_vin" in HELPED_BY.get(code, ())]


class QualityFailed(RuntimeError):
    """There are too few photos of a kind to learn from."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a reader measured in photos, what is the matter with them, and whether the line was the VIN's."""

    measures: Measures
    labels: Labels
    is_seen: Mask

    def take(self, chosen: Mask) -> Judged:
        return Judged(self.measures[chosen], self.labels[chosen], self.is_seen[chosen])

    @property
    def told(self) -> Labels:
        """What can be known of a photo: in a line that is not the VIN's, or without a line, nothing tells a
        VIN that is too small or cut off from none at all.
        """
        unseen = ~self.is_seen & np.isin(self.labels, _LIKE_NO_VIN)
        return np.where(unseen, _NO_VIN, self.labels)

    @property
    def weights(self) -> Weights:
        """How much each photo counts: more where there are few of its cause. Readable ones count 1."""
        counts = np.bincount(self.labels, minlength=len(CLASSES))
        scarce = (len(self.labels) / len(CLASSES) / np.maximum(counts, 1)) ** _EVENED
        scarce[0] = 1.0
        return np.asarray(scarce[self.labels], np.float32)

    @property
    def is_settled(self) -> Mask:
        """Which photos are read or refused for what was read in them, whatever they look like."""
        surely = self.measures[:, _CONFIDENCE] >= np.float32(scale_confidence(TRUSTED))
        return surely | self.is_hopeless

    @property
    def is_hopeless(self) -> Mask:
        """Which photos show nothing that a credible VIN was read in."""
        return self.measures[:, _LIKELIHOOD] < LEAST_CREDIBLE


def fit_bundle(
    bundle: Path, *, count: int, seed: int, cache: Path | None = None, report: Callable[[str], None] = print
) -> dict[str, float]:
    """Read `count` photos for each cause, fit, and write the network into the bundle; returns figures.

    The figures are of photos that the network was not fitted on, by cross-validation. With `cache` the
    measures are kept in that file, and taken from it. Raises QualityFailed, bundle.InvalidBundle.
    """
    torch.set_num_threads(1)  # more of them wait for each other longer than they work
    if cache is not None and cache.exists():
        judged = _load(cache)
    else:
        judged = _collect(bundle, count, seed, report)
        if cache is not None:
            np.savez(cache, measures=judged.measures, labels=judged.labels, is_seen=judged.is_seen)
    if min(np.bincount(judged.labels, minlength=len(CLASSES))) < _FOLDS:
        raise QualityFailed(f"Every cause needs at least {_FOLDS} photos.")
    chances = _cross_validate(judged)
    shift = choose_shift(chances, judged)
    figures = {"photos": len(judged.labels), **measure(_shifted(chances, shift), judged)}
    write_network(bundle, Classifier.fitted(judged, shift=shift), figures)
    return figures


def _load(cache: Path) -> Judged:
    with np.load(cache) as arrays:
        return Judged(arrays["measures"], arrays["labels"], arrays["is_seen"])


def _collect(bundle: Path, count: int, seed: int, report: Callable[[str], None]) -> Judged:
    """The reader's own measures of synthetic photos."""
    reader = load_bundle(bundle)
    rows, labels, seen = [], [], []
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    for number in range(count):
        for place, cause in enumerate(kinds):
            photo = render_judged(np.random.default_rng((seed, place, number)), cause)
            reading = reader.read(photo.image)
            rows.append([reading.quality.measures[name] for name in MEASURES])
            labels.append(CLASSES.index(cause))
            seen.append(_is_seen(photo, reading))
        report(f"{(number + 1) * len(kinds)} of {count * len(kinds)} photos read")
    return Judged(np.array(rows, np.float32), np.array(labels, np.int64), np.array(seen, bool))


def _is_seen(photo: JudgedPhoto, reading: Reading) -> bool:
    if photo.quad is None or reading.region is None:
        return False
    return quad_iou(reading.region.quad, quad_from_points(photo.quad)) > _SEEN


class Classifier(nn.Module):
    """N x len(MEASURES) to N x len(CLASSES) logits, the mean of those of its members, which differ by where
    they began and by what was dropped; `shift` is added to that of readable photos.
    """

    mean: torch.Tensor
    spread: torch.Tensor
    shift: torch.Tensor

    def __init__(self, mean: torch.Tensor, spread: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)
        self.register_buffer("shift", torch.zeros(len(CLASSES)))
        self.members = nn.ModuleList(_build_member() for _ in range(_MEMBERS))

    def forward(self, measures: torch.Tensor) -> torch.Tensor:
        return self.answer(measures).mean(0) + self.shift

    def answer(self, measures: torch.Tensor) -> torch.Tensor:
        """The logits of each member."""
        usual = ((measures - self.mean) / self.spread).clamp(-_FARTHEST, _FARTHEST)
        return torch.stack([member(usual) for member in self.members])

    @classmethod
    def fitted(cls, judged: Judged, *, shift: float = 0.0) -> Classifier:
        """By AdamW on all photos at once, each one jittered a little in every step."""
        torch.manual_seed(0)
        inputs, targets = torch.from_numpy(judged.measures), torch.from_numpy(judged.told)
        weights = torch.from_numpy(judged.weights / judged.weights.sum())
        network = cls(inputs.mean(0), inputs.std(0).clamp(min=_LEAST_SPREAD))
        optimizer = torch.optim.AdamW(network.members.parameters(), lr=_RATE, weight_decay=_DECAY)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _STEPS)
        for _ in range(_STEPS):
            optimizer.zero_grad()
            answers = network.answer(inputs + _JITTER * network.spread * torch.randn_like(inputs))
            torch.stack([_loss(answer, targets, weights) for answer in answers]).sum().backward()
            optimizer.step()
            schedule.step()
        network.shift[0] = shift
        return network.eval()

    def weigh(self, measures: Measures) -> Chances:
        with torch.inference_mode():
            return np.asarray(torch.softmax(self(torch.from_numpy(measures)), 1), np.float64)


def _build_member() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(len(MEASURES), _HIDDEN), nn.Tanh(), nn.Dropout(_DROPPED), nn.Linear(_HIDDEN, len(CLASSES))
    )


def _loss(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    each = nn.functional.cross_entropy(logits, targets, label_smoothing=_SMOOTHING, reduction="none")
    return (each * weights).sum()


def _cross_validate(judged: Judged) -> Chances:
    """What is thought of every photo by a network that was fitted on others."""
    folds = np.arange(len(judged.labels)) // sum(SHARES.values()) % _FOLDS
    chances = np.zeros((len(judged.labels), len(CLASSES)))
    for fold in range(_FOLDS):
        held_out = folds == fold
        chances[held_out] = Classifier.fitted(judged.take(~held_out)).weigh(judged.measures[held_out])
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
    """Shares of readable photos refused, and, in the mean over the causes, of unreadable ones refused, and
    refused with advice that helps.
    """
    refused = judged.is_hopeless | ((chances[:, 0] < REFUSED) & ~judged.is_settled)
    advised = (chances @ HELP)[:, 1:].argmax(axis=1) + 1
    helped = refused & (HELP[judged.labels, advised] > 0)
    causes = range(1, len(CLASSES))
    return {
        "readable_refused": round(float(refused[judged.labels == 0].mean()), 4),
        "unreadable_refused": _mean([refused[judged.labels == cause] for cause in causes]),
        "advised_right": _mean([helped[judged.labels == cause] for cause in causes]),
    }


def _mean(shares: list[Mask]) -> float:
    return round(float(np.mean([share.mean() for share in shares if len(share)])), 4)


def write_network(bundle: Path, network: Classifier, figures: Mapping[str, float]) -> None:
    """Into the bundle and its manifest. Raises export.ParityError, bundle.InvalidBundle."""
    manifest = read_manifest(bundle)
    round_kernels(network)
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
    model = trace_network(network, probe, dynamic={0: "batch"})
    narrow_kernels(model.graph)
    content = bytes(model.SerializeToString())
    with torch.inference_mode():
        difference = np.abs(network(probe).numpy() - Network(content).run(probe.numpy())).max()
    if not difference <= TOLERANCE:
        raise ParityError(f"The quality network's ONNX file differs from it by {difference:.4g}.")
    return content
