"""ONNX files that training can go on from: a graph whose initializers are the network's own weights.

ONNX Runtime folds normalization and widens kernels when it loads a file, so nothing of that need be in it.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 17
_WIDE = ".single"
"""Behind the name of a kernel in half precision: the same in single precision."""


def trace_network(network: nn.Module, probe: Tensor, *, dynamic: Mapping[int, str]) -> onnx.ModelProto:
    """The graph of a network with one input and one output; initializers go by their names in `network`.

    `dynamic` names the axes, of input and output alike, that may have another size than the probe's.
    """
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
            dynamic_axes={"input": dict(dynamic), "output": dict(dynamic)},
            opset_version=OPSET,
            # as it is, in evaluation mode; EVAL would fold normalization into the kernels
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            dynamo=False,
        )
    return onnx.load_from_string(content.getvalue())


def keep_weights(model: onnx.ModelProto, network: nn.Module, metadata: Mapping[str, str]) -> bytes:
    """The model with all that `read_weights` needs, kernels in half precision where that loses nothing."""
    _part_equals(model.graph, network.state_dict())
    narrow_kernels(model.graph)
    helper.set_model_props(model, dict(metadata))
    return bytes(model.SerializeToString())


def _part_equals(graph: onnx.GraphProto, state: Mapping[str, Tensor]) -> None:
    """Give each tensor its own initializer: the exporter makes one of those that are equal."""
    present = {item.name for item in graph.initializer}
    missing = {name for name, value in state.items() if value.is_floating_point()} - present
    kept = [node for node in graph.node if not missing.intersection(node.output)]
    del graph.node[:]
    graph.node.extend(kept)
    graph.initializer.extend(numpy_helper.from_array(state[name].numpy(), name) for name in sorted(missing))


def narrow_kernels(graph: onnx.GraphProto) -> None:
    """Keep in half precision, in place, the kernels that it holds without loss."""
    casts = []
    for item in graph.initializer:
        values = numpy_helper.to_array(item)
        half = values.astype(np.float16) if values.ndim > 1 and values.dtype == np.float32 else None
        if half is None or not np.array_equal(half.astype(np.float32), values):
            continue
        for node in graph.node:
            for place, name in enumerate(node.input):
                if name == item.name:
                    node.input[place] = item.name + _WIDE
        item.CopyFrom(numpy_helper.from_array(half, item.name))
        casts.append(helper.make_node("Cast", [item.name], [item.name + _WIDE], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def read_weights(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Metadata and initializers of a file that `keep_weights` made, in single precision.

    Raises OSError, ValueError.
    """
    try:
        model = onnx.load_from_string(path.read_bytes())
    except Exception as error:  # of protobuf, which only onnx depends on
        raise ValueError(f"{path} is no ONNX file: {error}") from error
    metadata = {item.key: item.value for item in model.metadata_props}
    arrays: dict[str, Any] = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    return metadata, {
        name: torch.from_numpy(np.array(values, np.float32 if values.dtype.kind == "f" else values.dtype))
        for name, values in arrays.items()
    }


def describe(name: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """What weights files, of whichever form, tell about the network that they are of."""
    return {"network": name, "settings": json.dumps(settings)}
