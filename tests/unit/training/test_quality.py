"""Photos made up of numbers: each class has measures of its own, with some noise."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from inference.bundle import QUALITY, load_bundle, read_manifest
from inference.quality import CLASSES
from inference.quality_measures import MEASURES
from inference.types import Image
from training.quality import SHARES, Judged, QualityFailed, choose_shift, fit_bundle, measure

LIKELIHOOD, CONFIDENCE = MEASURES.index("likelihood"), MEASURES.index("confidence")


def draw_judged(count: int = 24, *, noise: float = 0.2) -> Judged:
    rng = np.random.default_rng(0)
    labels = np.tile(np.arange(len(CLASSES)), count)
    centers = rng.normal(0, 1, (len(CLASSES), len(MEASURES)))
    measures = (centers[labels] + rng.normal(0, noise, (len(labels), len(MEASURES)))).astype(np.float32)
    measures[:, LIKELIHOOD], measures[:, CONFIDENCE] = 0.8, 0.1
    return Judged(measures, labels.astype(np.int64), np.ones(len(labels), bool))


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    judged = draw_judged()
    np.savez(tmp_path / "cache.npz", measures=judged.measures, labels=judged.labels, is_seen=judged.is_seen)
    return tmp_path / "cache.npz"


def test_classes_that_differ_are_told_apart_and_the_bundle_carries_the_network(
    bundle: Path, cache: Path
) -> None:
    figures = fit_bundle(bundle, count=0, seed=0, cache=cache)
    assert figures["readable_refused"] <= 0.05
    assert figures["unreadable_refused"] >= 0.95
    assert figures["advised_right"] >= 0.9
    manifest = read_manifest(bundle)
    assert manifest.training[QUALITY] == figures
    assert manifest.networks[QUALITY].parameters < 40_000
    image: Image = np.full((64, 96, 3), 90, np.uint8)
    report = load_bundle(bundle).read(image).quality
    assert not report.readable
    assert len(report.issues) >= 1


def test_the_same_photos_give_the_same_network(bundle: Path, cache: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(bundle, tmp_path / "other"))
    for folder in (bundle, other):
        fit_bundle(folder, count=0, seed=0, cache=cache)
    first, second = (read_manifest(folder).networks[QUALITY].sha256 for folder in (bundle, other))
    assert first == second


def test_measures_are_kept_and_used_again(bundle: Path, tmp_path: Path) -> None:
    cache, told = tmp_path / "new.npz", []
    with pytest.raises(QualityFailed):
        fit_bundle(bundle, count=1, seed=3, cache=cache, report=told.append)
    count = sum(SHARES.values())
    assert told == [f"{count} of {count} photos read"]
    with np.load(cache) as arrays:
        assert arrays["measures"].shape == (count, len(MEASURES))
        assert np.bincount(arrays["labels"]).tolist() == [SHARES[name] for name in CLASSES]
        assert not arrays["is_seen"][arrays["labels"] == CLASSES.index("no_vin")].any()
    with pytest.raises(QualityFailed):
        fit_bundle(bundle, count=1, seed=3, cache=cache, report=told.append)
    assert len(told) == 1


def test_few_readable_photos_are_refused_whatever_the_network_thinks_of_them() -> None:
    judged = draw_judged(100)
    chances = np.full((len(judged.labels), len(CLASSES)), 0.075)
    chances[:, 0] = 0.4
    assert choose_shift(chances, judged) == pytest.approx(np.log(0.6 / 0.4), abs=1e-6)


def test_photos_that_are_settled_by_what_was_read_are_not_counted_as_judged() -> None:
    judged = draw_judged(2)
    judged.measures[0, CONFIDENCE] = 1.0
    judged.measures[9, LIKELIHOOD] = 0.1
    chances = np.zeros((len(judged.labels), len(CLASSES)))
    chances[:, 1] = 1.0
    figures = measure(chances, judged)
    assert figures["readable_refused"] == 0.5
    assert figures["unreadable_refused"] == 1.0
    assert figures["advised_right"] == 0.125


def test_photos_of_rare_causes_count_more_but_less_than_in_full() -> None:
    judged = draw_judged(8)
    rare = judged.take((judged.labels != 2) | (np.arange(len(judged.labels)) < 18))
    weights = {int(label): float(rare.weights[rare.labels == label][0]) for label in range(len(CLASSES))}
    assert weights[0] == 1.0
    assert weights[2] == pytest.approx(2 * weights[1])  # there are four times as many of the others


def test_in_another_line_a_small_or_a_cut_vin_is_like_none() -> None:
    judged = draw_judged(1)
    judged.is_seen[:] = False
    told = [CLASSES[label] for label in judged.told]
    assert told == ["no_vin" if name in ("too_small", "cut_off") else name for name in CLASSES]
    judged.is_seen[:] = True
    assert judged.told.tolist() == judged.labels.tolist()


def test_advice_that_helps_as_well_is_right_and_other_advice_is_not() -> None:
    judged = draw_judged(1)
    for advised, right in (
        ("no_vin", {"no_vin", "too_small", "cut_off"}),
        ("cut_off", {"cut_off", "no_vin"}),
    ):
        chances = np.zeros((len(CLASSES), len(CLASSES)))
        chances[:, CLASSES.index(advised)] = 1.0
        assert measure(chances, judged)["advised_right"] == round(len(right) / 8, 4)
