"""Our network with the published weights answers as the published file does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from inference.vin import ALPHABET
from training.networks.sequence import SequenceNetwork
from training.published import (
    DEVIATION,
    FOLDER,
    MEMBER,
    PublishedWeightsUnavailable,
    convert_network,
    fetch_network,
)

fetched = pytest.mark.skipif(
    not (FOLDER / Path(MEMBER).name).exists(), reason="run `python -m training published` first"
)


@fetched
def test_the_converted_network_answers_as_the_published_one() -> None:
    content = fetch_network(FOLDER).read_bytes()
    network, head = convert_network(content)
    crops = np.random.default_rng(0).uniform(-1, 1, (2, 1, 48, 384)).astype(np.float32)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (expected,) = session.run(None, {session.get_inputs()[0].name: crops.repeat(3, axis=1)})
    with torch.inference_mode():
        features = network.features(torch.from_numpy(crops / DEVIATION))
        got = torch.softmax(features @ head.weight.T + head.bias, dim=2).numpy()
    assert np.abs(np.asarray(expected) - got).max() < 1e-3


@fetched
def test_the_head_keeps_the_blank_and_the_alphabet() -> None:
    network, head = convert_network(fetch_network(FOLDER).read_bytes())
    assert torch.equal(network.head.weight[0], head.weight[0])
    for place, symbol in enumerate(ALPHABET):
        assert torch.equal(network.head.weight[place + 1], head.weight[1 + head.symbols.index(symbol)])


def test_another_file_than_the_known_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / Path(MEMBER).name).write_bytes(b"another network")
    with pytest.raises(PublishedWeightsUnavailable, match="delete it"):
        fetch_network(tmp_path)


@pytest.mark.parametrize("width", [384, 320])
def test_one_time_step_covers_eight_columns(width: int) -> None:
    network = SequenceNetwork(stem=4, width=8, stages=((True,), (False,), (True,)), layers=1)
    with torch.inference_mode():
        assert network(torch.zeros(2, 1, 48, width)).shape == (2, width // 8, 34)
