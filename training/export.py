"""From weights to a bundle: ONNX files, proven to answer as the torch networks do, which training can go on
from, and a manifest with all hashes.
"""

from __future__ import annotations

import datetime
import logging
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inference.bundle import (
    INTEGER_TWINS,
    QUALITY,
    Manifest,
    NetworkFile,
    describe_network,
    load_bundle,
    verify_bundle,
    write_manifest,
)
from inference.fusion import Calibration
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH
from inference.sessions import Network as Session
from training.graphs import describe, keep_weights, trace_network
from training.quantization import NoTwin, quantize
from training.weights import NETWORK_WORDS, Network, TrainedWeights, load_network, round_kernels

Tensor = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)

LICENCE = "Apache-2.0"
SCRATCH = ".bundle-"
"""How the name of a folder begins in which a bundle is being made."""
TOLERANCE = 2e-3
"""Greatest difference allowed between torch and ONNX Runtime, in logits or probabilities."""

_INPUTS: dict[str, tuple[int, ...]] = {
    "detector": (-1, 3, -1, -1),
    "sequence": (-1, 1, CROP_HEIGHT, CROP_WIDTH),
    "characters": (-1, 1, CROP_HEIGHT, CROP_WIDTH),
}
_DYNAMIC: dict[str, dict[int, str]] = {
    "detector": {0: "batch", 2: "height", 3: "width"},
    "sequence": {0: "batch"},
    "characters": {0: "batch"},
}
_PROBES: dict[str, tuple[tuple[int, ...], ...]] = {
    "detector": ((1, 3, 96, 160), (2, 3, 64, 64)),
    "sequence": ((1, 1, CROP_HEIGHT, CROP_WIDTH), (3, 1, CROP_HEIGHT, CROP_WIDTH)),
    "characters": ((1, 1, CROP_HEIGHT, CROP_WIDTH), (3, 1, CROP_HEIGHT, CROP_WIDTH)),
}


class ExportFailed(RuntimeError):
    """There are no weights for a network, neither new ones nor a base bundle to take them from."""


class ParityError(RuntimeError):
    """The ONNX file does not answer as the network that it was made from."""


def export_bundle(
    *,
    weights: TrainedWeights,
    base_bundle: Path | None,
    name: str,
    out_dir: Path,
    training: Mapping[str, Any],
    samples: int | None = None,
) -> Path:
    """Write a bundle to `out_dir`, which must not exist yet or be empty; returns it.

    Networks that `weights` does not bring, and the calibration, are taken over from the base bundle. New ones
    get a twin in eight bits where the base has one, or where `samples` says for how many synthetic photos
    ranges are measured. The bundle is made aside and renamed, so a failure leaves nothing.
    Raises ExportFailed, ParityError, weights.InvalidWeights, bundle.InvalidBundle.
    """
    base = verify_bundle(base_bundle) if base_bundle is not None else None
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=SCRATCH) as scratch:
        folder = Path(scratch) / "bundle"
        folder.mkdir()
        networks = {
            network: _place_network(folder, network, source, base_bundle, base)
            for network, source in _list_sources(weights)
        }
        for network, source in _list_sources(weights):
            networks |= _place_twin(folder, network, source, base_bundle, base, samples)
        described = _describe(folder, name, networks, _calibration(weights, base), training)
        if base is not None and base_bundle is not None and QUALITY in base.networks:
            shutil.copyfile(base_bundle / base.networks[QUALITY].file, folder / f"{QUALITY}.onnx")
            kept = replace(base.networks[QUALITY], file=f"{QUALITY}.onnx")
            described = replace(described, networks={**networks, QUALITY: kept})
        write_manifest(folder, described)
        load_bundle(folder)
        if out_dir.exists():
            out_dir.rmdir()
        folder.rename(out_dir)
    return out_dir


def _list_sources(weights: TrainedWeights) -> list[tuple[str, Path | None]]:
    """The networks to place and their new weights, if any."""
    return [
        ("detector", weights.detector),
        ("sequence", weights.sequence),
        ("characters", weights.characters),
    ]


def _calibration(weights: TrainedWeights, base: Manifest | None) -> Calibration:
    if weights.calibration:
        return Calibration(**weights.calibration)
    return base.calibration if base is not None else Calibration()


def _describe(
    folder: Path,
    name: str,
    networks: dict[str, NetworkFile],
    calibration: Calibration,
    training: Mapping[str, Any],
) -> Manifest:
    return Manifest(
        name=name,
        created_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        licence=LICENCE,
        networks=networks,
        calibration=calibration,
        training=training,
    )


def _place_network(
    folder: Path, name: str, source: Path | None, base_bundle: Path | None, base: Manifest | None
) -> NetworkFile:
    """Put one network's ONNX file into the folder; the base bundle's as it is."""
    path = folder / f"{name}.onnx"
    if source is None:
        if base is None or base_bundle is None:
            raise ExportFailed(
                f"There are no weights for the {NETWORK_WORDS[name]}: train it, or name a base bundle that "
                "has them."
            )
        shutil.copyfile(base_bundle / base.networks[name].file, path)
        parameters = base.networks[name].parameters
        return describe_network(folder, path.name, shape=_INPUTS[name], parameters=parameters)
    network = load_network(source, name)
    round_kernels(network)
    path.write_bytes(to_onnx(network, name))
    check_parity(network, path.read_bytes(), name)
    return describe_network(folder, path.name, shape=_INPUTS[name], parameters=count_parameters(network))


def _place_twin(
    folder: Path,
    name: str,
    source: Path | None,
    base_bundle: Path | None,
    base: Manifest | None,
    samples: int | None,
) -> dict[str, NetworkFile]:
    """Put the network's twin in eight bits into the folder: a new one, or the one of the base bundle."""
    twin = INTEGER_TWINS[name]
    if samples is None and (base is None or twin not in base.networks):
        return {}
    path, network = folder / f"{twin}.onnx", folder / f"{name}.onnx"
    if source is not None:
        try:
            path.write_bytes(quantize(network.read_bytes(), name, samples=samples))
        except NoTwin as reason:
            logger.warning("%s The bundle goes without the twin, and takes more time.", reason)
            return {}
    elif base is not None and base_bundle is not None and twin in base.networks:
        shutil.copyfile(base_bundle / base.networks[twin].file, path)
    else:
        return {}
    parameters = count_parameters(load_network(network, name))
    return {twin: describe_network(folder, path.name, shape=_INPUTS[name], parameters=parameters)}


def count_parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def to_onnx(network: Network, name: str) -> bytes:
    """The network as ONNX with a dynamic batch, and for the detector dynamic height and width.

    training.graphs says how the weights lie in it. The `network` is left in evaluation mode.
    """
    model = trace_network(network, torch.zeros(_PROBES[name][0]), dynamic=_DYNAMIC[name])
    return keep_weights(model, network, describe(name, network.settings))


def check_parity(network: Network, content: bytes, name: str, *, tolerance: float = TOLERANCE) -> float:
    """Compare torch and ONNX Runtime on random inputs of several sizes; returns the greatest difference.

    Raises ParityError where it is above `tolerance`.
    """
    session = Session(content)
    worst = 0.0
    for seed, shape in enumerate(_PROBES[name]):
        inputs = np.random.default_rng(seed).standard_normal(shape, np.float32)
        with torch.inference_mode():
            expected = network.eval()(torch.from_numpy(inputs)).numpy()
        worst = max(worst, _difference(expected, session.run(inputs)))
    if not worst <= tolerance:
        raise ParityError(
            f"The ONNX file of the {NETWORK_WORDS[name]} differs from the network by {worst:.4g}; allowed: "
            f"{tolerance}."
        )
    return worst


def _difference(expected: Tensor, got: Tensor) -> float:
    difference = np.abs(expected - got).max() if expected.shape == got.shape else np.inf
    # max() of anything and a NaN may well be the other one
    return float(difference) if np.isfinite(difference) else float("inf")
