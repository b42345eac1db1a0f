"""Integer twins of networks: the same answers in eight bits, in a fraction of the time (decision 0032).

Post-training quantization as ONNX Runtime does it: kernels by output channel, activations by the range that
they have on synthetic photos (Jacob et al. 2018, arXiv 1712.05877; Nagel et al. 2021, arXiv 2106.08295).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from inference.detector import prepare_image, prepare_patch
from inference.geometry import quad_from_points
from inference.recognizers.sequence import prepare_crop
from inference.sessions import Network
from training.graphs import narrow_kernels
from training.synthesis.crops import render_crop
from training.synthesis.scenes import Scene, render_scene

Tensor = npt.NDArray[np.float32]

MOST_DIFFERENT = {"detector": 0.1, "sequence": 0.2, "characters": 0.1}
"""Root mean square difference of the answers, in deviations of the network's; a twin has at most this."""
SAMPLES = {"detector": 72, "sequence": 128, "characters": 256}
"""For how many inputs the ranges are measured."""
_SMALL = (256, 256)
"""Pixels; as small as photos come from archives, their aspect ratio lost."""
_SEED = 27
_CHECKED = 9


class NoTwin(RuntimeError):
    """In eight bits the network answers differently."""


def quantize(content: bytes, name: str, *, samples: int | None = None) -> bytes:
    """The ONNX file of the network `name` with integer arithmetic inside; it takes and gives the same.

    Kernels have seven bits, so that sums do not overflow on processors without VNNI. Raises NoTwin.
    """
    count = SAMPLES[name] if samples is None else samples
    inputs = list(draw_inputs(name, count + _CHECKED))
    with tempfile.TemporaryDirectory() as folder:
        source, prepared, target = (
            Path(folder) / file for file in ("source.onnx", "prepared.onnx", "target.onnx")
        )
        source.write_bytes(content)
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            target,
            _Reader(inputs[_CHECKED:]),
            **_select(onnx.load(prepared).graph, name),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        model = onnx.load(target)
    narrow_kernels(model.graph)
    twin = bytes(model.SerializeToString())
    difference = measure_difference(content, twin, inputs[:_CHECKED])
    if not difference <= MOST_DIFFERENT[name]:
        raise NoTwin(f"The {name} in eight bits differs by {difference:.3f} deviations from itself.")
    return twin


def draw_inputs(name: str, count: int) -> Iterator[Tensor]:
    """What the network `name` sees of synthetic photos, 1 x C x H x W each; always the same ones."""
    generators = (np.random.default_rng((_SEED, index)) for index in range(count))
    if name == "detector":
        return islice((view for rng in generators for view in _view_scene(render_scene(rng))), count)
    return (prepare_crop(render_crop(rng).pixels)[None] for rng in generators)


def _view_scene(scene: Scene) -> Iterator[Tensor]:
    """As the detector sees it: whole, whole in a small photo, and at the second look at the VIN."""
    yield prepare_image(scene.image)[0]
    small = cv2.resize(scene.image, _SMALL, interpolation=cv2.INTER_AREA)
    yield prepare_image(np.asarray(small, dtype=np.uint8))[0]
    yield prepare_patch(scene.image, quad_from_points(scene.quad))[0]


def measure_difference(content: bytes, twin: bytes, inputs: Iterable[Tensor]) -> float:
    """Root mean square of how the answers differ, in standard deviations of those of `content`."""
    first, second = Network(content), Network(twin)
    answers = [(first.run(each).ravel(), second.run(each).ravel()) for each in inputs]
    expected, got = (np.concatenate(part) for part in zip(*answers, strict=True))
    return float(np.sqrt(np.mean((expected - got) ** 2)) / max(float(expected.std()), 1e-12))


def _select(graph: onnx.GraphProto, name: str) -> dict[str, list[str]]:
    """Which nodes to quantize: all but the last convolution, in which steps of eight bits would be seen; of
    the sequence recognizer the pointwise convolutions alone, which take most of its time.
    """
    kernels = [node for node in graph.node if node.op_type == "Conv"]
    if name != "sequence":
        return {"nodes_to_exclude": [kernels[-1].name]}
    shapes = {item.name: tuple(item.dims) for item in graph.initializer}
    pointwise = [node.name for node in kernels if shapes[node.input[1]][2:] == (1, 1)]
    coarse = [each for each in pointwise if not each.startswith("/stem/") and "/squeeze/" not in each]
    return {"op_types_to_quantize": ["Conv"], "nodes_to_quantize": coarse}


class _Reader(CalibrationDataReader):
    def __init__(self, inputs: Iterable[Tensor]) -> None:
        self._inputs = iter(inputs)

    def get_next(self) -> dict[str, Tensor] | None:
        following = next(self._inputs, None)
        return None if following is None else {"input": following}
