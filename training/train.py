"""Trains one network from synthetic shards, from a configuration file, resuming where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from training.character_streams import character_batch, stream_characters
from training.networks.characters import CharacterNetwork, begin_with
from training.networks.detector import DetectorNetwork
from training.networks.sequence import SequenceNetwork
from training.shards import draw_crops, draw_windows, shard_dirs
from training.streams import (
    CropBatch,
    RealShare,
    WindowBatch,
    crop_batch,
    stream_crops,
    stream_windows,
    window_batch,
)
from training.systems.characters import character_system
from training.systems.detector import detector_system
from training.systems.loop import LoopConfig, Trainer, TrainingFailed
from training.systems.sequence import sequence_system
from training.weights import Network, load_network, read_tensors, save_weights

VALIDATION_SEED = 777
VALIDATION_CROPS = 512
VALIDATION_WINDOWS = 48
CONFIGS = Path(__file__).parent / "configs"


def train(
    name: str,
    *,
    config_path: Path | None = None,
    shards: Path,
    out_dir: Path,
    start: Path | None = None,
    real: RealShare | None = None,
) -> Path:
    """Train one network; returns the file of averaged weights, with `training.json` beside it.

    `start` are weights to begin with: the sequence recognizer takes over all of them, the characters take
    over the first layers. `real` are crops to mix in, for the characters those that training.character_boxes
    wrote. Raises TrainingFailed, streams.NoTrainingData, weights.InvalidWeights.
    """
    data = read_config(config_path or CONFIGS / f"{name}.json")
    config = LoopConfig.from_json(data)
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(config.threads)
    torch.manual_seed(config.seed)
    if name == "characters":
        return _train_characters(config, shards, out_dir, start, real)
    if name == "sequence":
        return _train_sequence(config, shards, out_dir, start, real)
    return _train_detector(config, shards, out_dir)


def read_config(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise TrainingFailed(f"{path} is no configuration: {error}") from error


def _train_sequence(
    config: LoopConfig, shards: Path, out_dir: Path, start: Path | None, real: RealShare | None
) -> Path:
    network = SequenceNetwork() if start is None else _start_sequence(start)
    held_out = draw_crops(np.random.default_rng(VALIDATION_SEED), VALIDATION_CROPS)
    validation = crop_batch(list(held_out["pixels"]), list(held_out["symbols"]))
    real_validation = _read_real_validation(real.folder) if real is not None else None
    trainer = Trainer(sequence_system(network, validation, real_validation), config, out_dir)
    trainer.resume()
    seed = config.seed + trainer.step
    batches = stream_crops(shards, batch_size=config.batch_size, seed=seed, real=real)
    return _finish("sequence", network, trainer, trainer.run(batches), config, out_dir)


def _start_sequence(path: Path) -> SequenceNetwork:
    network = load_network(path, "sequence")
    if not isinstance(network, SequenceNetwork):
        raise TrainingFailed(f"{path} holds no weights of a sequence recognizer.")
    return network


def _read_real_validation(folder: Path) -> CropBatch | None:
    """The crops that `real-crops` kept aside, where there are any."""
    shards = shard_dirs(folder.with_name(f"{folder.name}-validation"))
    if not shards:
        return None
    pixels = np.concatenate([np.load(shard / "pixels.npy") for shard in shards])
    symbols = np.concatenate([np.load(shard / "symbols.npy") for shard in shards])
    return crop_batch(list(pixels), list(symbols))


def _train_characters(
    config: LoopConfig, shards: Path, out_dir: Path, start: Path | None, real: RealShare | None
) -> Path:
    network = CharacterNetwork()
    if start is not None and not begin_with(network, read_tensors(start)):
        raise TrainingFailed(f"No layer in {start} fits the character network.")
    held_out = draw_crops(np.random.default_rng(VALIDATION_SEED), VALIDATION_CROPS)
    samples = [{name: values[i] for name, values in held_out.items()} for i in range(VALIDATION_CROPS)]
    trainer = Trainer(character_system(network, character_batch(samples)), config, out_dir)
    trainer.resume()
    seed = config.seed + trainer.step
    batches = stream_characters(shards, batch_size=config.batch_size, seed=seed, real=real)
    return _finish("characters", network, trainer, trainer.run(batches), config, out_dir)


def _train_detector(config: LoopConfig, shards: Path, out_dir: Path) -> Path:
    network = DetectorNetwork()
    trainer = Trainer(detector_system(network, draw_validation_windows()), config, out_dir)
    trainer.resume()
    batches = stream_windows(shards, batch_size=config.batch_size, seed=config.seed + trainer.step)
    return _finish("detector", network, trainer, trainer.run(batches), config, out_dir)


def draw_validation_windows() -> list[WindowBatch]:
    """Synthetic windows, the same in every run, that are in no shard."""
    held_out = draw_windows(np.random.default_rng(VALIDATION_SEED), VALIDATION_WINDOWS)
    samples = [{name: values[i] for name, values in held_out.items()} for i in range(VALIDATION_WINDOWS)]
    return [window_batch(samples[i : i + 8]) for i in range(0, len(samples), 8)]


def _finish(
    name: str,
    network: Network,
    trainer: Trainer[Any],
    figures: dict[str, float],
    config: LoopConfig,
    out_dir: Path,
) -> Path:
    path = out_dir / f"{name}.safetensors"
    save_weights(path, name, network, trainer.average.state)
    samples = trainer.step * config.batch_size
    record = {"steps": trainer.step, "samples": samples, "seconds": round(trainer.seconds), **figures}
    (out_dir / "training.json").write_text(json.dumps(record, indent=1))
    return path
