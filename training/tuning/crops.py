"""What fine-tuning makes of the labelled photos of a snapshot for the two recognizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from inference.geometry import map_points
from inference.rectifier import map_back
from inference.types import Crop
from training.character_boxes import align_symbols
from training.character_streams import CharacterBatch, Sample, character_batch, vary_sample
from training.examples import Example, vin_symbols
from training.networks.characters import CharacterNetwork
from training.networks.sequence import SequenceNetwork
from training.streams import CropBatch, crop_batch, vary_crop
from training.synthesis.crops import render_crop, upright_boxes
from training.systems.characters import character_system
from training.systems.sequence import read_in_batches, sequence_system
from training.tuning.loop import Course
from training.tuning.settings import FinetuneConfig, FinetuningFailed


@dataclass(frozen=True, slots=True)
class Lessons:
    """Labelled crops: those that teach, how likely each is drawn, and those that validate."""

    train: Sequence[Example]
    shares: npt.NDArray[np.float64]
    validation: Sequence[Example]

    @classmethod
    def of(cls, train: Sequence[Example], validation: Sequence[Example], *, missing: str) -> Lessons:
        """Raises FinetuningFailed, with the text `missing`, where nothing would teach."""
        return cls(train, find_shares([example.weight for example in train], missing=missing), validation)

    def draw(self, rng: np.random.Generator, count: int) -> list[Example]:
        return [self.train[index] for index in rng.choice(len(self.train), size=count, p=self.shares)]


def find_shares(weights: Sequence[float], *, missing: str) -> npt.NDArray[np.float64]:
    """How likely each is drawn. Raises FinetuningFailed, with the text `missing`, where all weigh nothing."""
    given = np.array(weights, np.float64)
    if given.sum() <= 0:
        raise FinetuningFailed(missing)
    return given / given.sum()


def count_replayed(config: FinetuneConfig, batch_size: int) -> int:
    """How many of a batch are synthetic; one at least is real."""
    return min(round(batch_size * config.replay_share), batch_size - 1)


def prepare_sequence(network: SequenceNetwork, lessons: Lessons, config: FinetuneConfig) -> Course[CropBatch]:
    """The course of the sequence recognizer: crops as other detections would have cut them."""
    size = config.paces["sequence"].batch_size
    replayed = count_replayed(config, size)

    def draw(rng: np.random.Generator) -> CropBatch:
        pixels, symbols = [], []
        for example in lessons.draw(rng, size - replayed):
            pixels.append(vary_crop(rng, example.jittered_crop(rng)))
            symbols.append(example.symbols)
        for _ in range(replayed):
            crop = render_crop(rng)
            pixels.append(vary_crop(rng, crop.pixels))
            symbols.append(vin_symbols(crop.vin))
        return crop_batch(pixels, symbols)

    system = sequence_system(network, _straighten(lessons.validation))
    return Course("sequence", network, system, draw, photos=len(lessons.train))


def _straighten(examples: Sequence[Example]) -> CropBatch | None:
    if not examples:
        return None
    return crop_batch([each.straight_crop() for each in examples], [each.symbols for each in examples])


def prepare_characters(
    network: CharacterNetwork, lessons: Lessons, config: FinetuneConfig
) -> Course[CharacterBatch]:
    """The course of the character recognizer, which learns from crops whose characters have places.

    Where a label has no boxes, the network itself finds them, as in training.character_boxes. Raises
    FinetuningFailed where no crop of the train split has any.
    """
    found = Lessons.of(
        find_characters(network, lessons.train),
        find_characters(network, lessons.validation),
        missing="In no photo of the train split is it known where the characters are. Box them in some "
        "photos, or leave the character recognizer out of the run's networks.",
    )
    size = config.paces["characters"].batch_size
    replayed = count_replayed(config, size)

    def draw(rng: np.random.Generator) -> CharacterBatch:
        samples = [_sample(each, each.rectify_jittered(rng)) for each in found.draw(rng, size - replayed)]
        samples += [_render_sample(rng) for _ in range(replayed)]
        return character_batch([vary_sample(rng, sample) for sample in samples])

    straight = [_sample(example, example.rectify()) for example in found.validation]
    system = character_system(network, character_batch(straight) if straight else None)
    return Course("characters", network, system, draw, photos=len(found.train))


def find_characters(network: CharacterNetwork, examples: Sequence[Example]) -> list[Example]:
    """The examples with the places of their characters; those where nobody and nothing finds them are left
    out.
    """
    unknown = [example for example in examples if example.characters is None]
    aligned = dict(zip(map(id, unknown), _align(network, unknown), strict=True))
    located = [example if example.characters is not None else aligned[id(example)] for example in examples]
    return [example for example in located if example is not None]


def _align(network: CharacterNetwork, examples: Sequence[Example]) -> list[Example | None]:
    if not examples:
        return []
    crops = [example.rectify() for example in examples]
    batch = crop_batch([crop.pixels for crop in crops], [example.symbols for example in examples])
    outputs = read_in_batches(network.eval(), batch.inputs).float().numpy()
    boxed = align_symbols(outputs, np.stack([example.symbols for example in examples]))
    return [
        replace(example, characters=_map_boxes_back(crop, boxes)) if trusted else None
        for example, crop, boxes, trusted in zip(examples, crops, boxed.boxes, boxed.trusted, strict=True)
    ]


def _map_boxes_back(crop: Crop, boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """17 x 4 x 2 in the pixels of what the crop was cut from."""
    corners = [(float(a), float(b), float(c), float(d)) for a, b, c, d in boxes]
    return np.array([map_back(crop, box) for box in corners])


def _sample(example: Example, crop: Crop) -> Sample:
    """Boxes of people and of networks alike show which character is where, but not where exactly it ends."""
    assert example.characters is not None  # noqa: S101  (find_characters left the others out)
    quads = np.asarray(map_points(crop.homography, example.characters.reshape(-1, 2))).reshape(-1, 4, 2)
    boxes = upright_boxes(quads).astype(np.float32)
    return {"pixels": crop.pixels, "symbols": example.symbols, "boxes": boxes, "exact": np.array(False)}


def _render_sample(rng: np.random.Generator) -> Sample:
    crop = render_crop(rng)
    boxes = crop.boxes.astype(np.float32)
    return {"pixels": crop.pixels, "symbols": vin_symbols(crop.vin), "boxes": boxes}
