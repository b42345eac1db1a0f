"""Runs networks on ONNX Runtime. The only module that imports it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

Tensor = npt.NDArray[np.float32]


class InvalidNetwork(ValueError):
    """The bytes are no ONNX network that the runtime can load, or it has other inputs than expected."""


class Network:
    """A network with one input and one output, on the CPU."""

    def __init__(self, content: bytes, *, threads: int = 1) -> None:
        """`threads` is how many this network may use. Raises InvalidNetwork."""
        try:
            self._session = onnxruntime.InferenceSession(
                content, sess_options=_options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the runtime's exceptions share no base class of their own
            raise InvalidNetwork(f"ONNX Runtime cannot load the network: {error}") from error
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise InvalidNetwork(
                f"A network has one input and one output, not {len(inputs)} and {len(outputs)}."
            )
        self._input: str = inputs[0].name

    def run(self, tensor: Tensor) -> npt.NDArray[np.float32]:
        """The output for a batch, N x ... in and out."""
        (output,) = self._session.run(None, {self._input: tensor})
        return np.asarray(output)


def _options(threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    # idle threads that spin would take the processor from the other stages
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
