"""From weights to a bundle: ONNX files, proven to answer as the torch networks do, and a manifest with all
hashes.
"""

from __future__ import annotations

import datetime
import io
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from inference.bundle import (
    Manifest,
    NetworkFile,
    describe_network,
    describe_weights,
    load_bundle,
    verify_bundle,
    write_manifest,
)
from inference.fusion import Calibration
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH
from inference.sessions import Network as Session
from training.weights import Network, TrainedWeights, load_network, save_compact

Tensor = npt.NDArray[np.float32]

LICENCE = "Apache-2.0"
OPSET = 17
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
) -> Path:
    """Write a bundle to `out_dir`, which must not exist yet or be empty; returns it.

    Networks that `weights` does not bring, and the calibration, are taken over from the base bundle. The
    bundle is made aside and renamed, so a failure leaves nothing. Raises ExportFailed, ParityError,
    weights.InvalidWeights, bundle.InvalidBundle.
    """
    base = verify_bundle(base_bundle) if base_bundle is not None else None
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "bundle"
        (folder / "weights").mkdir(parents=True)
        networks = {
            network: _place_network(folder, network, source, base_bundle, base)
            for network, source in _list_sources(weights, base)
        }
        write_manifest(folder, _describe(folder, name, networks, _calibration(weights, base), training))
        load_bundle(folder)
        if out_dir.exists():
            out_dir.rmdir()
        folder.rename(out_dir)
    return out_dir


def _list_sources(weights: TrainedWeights, base: Manifest | None) -> list[tuple[str, Path | None]]:
    """The networks to place and their new weights, if any. A bundle may do without the characters."""
    sources = [("detector", weights.detector), ("sequence", weights.sequence)]
    if weights.characters is not None or (base is not None and "characters" in base.networks):
        sources.append(("characters", weights.characters))
    return sources


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
        weights={network: describe_weights(folder, f"weights/{network}.safetensors") for network in networks},
        calibration=calibration,
        training=training,
    )


def _place_network(
    folder: Path, name: str, source: Path | None, base_bundle: Path | None, base: Manifest | None
) -> NetworkFile:
    """Put one network's ONNX and weights into the folder, new or copied."""
    onnx_path, weights_path = folder / f"{name}.onnx", folder / "weights" / f"{name}.safetensors"
    if source is None:
        if base is None or base_bundle is None or name not in base.weights:
            raise ExportFailed(
                f"There are no weights for the {name}: train it, or name a base bundle that has them."
            )
        shutil.copyfile(base_bundle / base.networks[name].file, onnx_path)
        shutil.copyfile(base_bundle / base.weights[name].file, weights_path)
        parameters = base.networks[name].parameters
    else:
        save_compact(weights_path, name, load_network(source, name))
        network = load_network(weights_path, name)  # what was rounded is what ships, in both forms
        onnx_path.write_bytes(to_onnx(network, name))
        check_parity(network, onnx_path.read_bytes(), name)
        parameters = count_parameters(network)
    return describe_network(folder, onnx_path.name, shape=_INPUTS[name], parameters=parameters)


def count_parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def to_onnx(network: Network, name: str) -> bytes:
    """The network as ONNX with a dynamic batch, and for the detector dynamic height and width."""
    probe = torch.zeros(_PROBES[name][0])
    content = io.BytesIO()
    with warnings.catch_warnings():
        # the exporter without dynamo is deprecated, but the newer one needs onnxscript
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (probe,),
            content,  # type: ignore[arg-type]
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={"input": _DYNAMIC[name], "output": _DYNAMIC[name]},
            opset_version=OPSET,
            dynamo=False,
        )
    return content.getvalue()


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
            f"The {name}'s ONNX file differs from the network by {worst:.4g}; allowed: {tolerance}."
        )
    return worst


def _difference(expected: Tensor, got: Tensor) -> float:
    difference = np.abs(expected - got).max() if expected.shape == got.shape else np.inf
    # max() of anything and a NaN may well be the other one
    return float(difference) if np.isfinite(difference) else float("inf")
