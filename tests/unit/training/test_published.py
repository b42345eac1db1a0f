"""Published weights are fetched by their hash; `training published` itself compares the two networks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training.networks.sequence import SequenceNetwork
from training.published import MEMBER, PublishedWeightsUnavailable, fetch_network


def test_another_file_than_the_known_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / Path(MEMBER).name).write_bytes(b"another network")
    with pytest.raises(PublishedWeightsUnavailable, match="delete it"):
        fetch_network(tmp_path)


@pytest.mark.parametrize("width", [384, 320])
def test_one_time_step_covers_eight_columns(width: int) -> None:
    network = SequenceNetwork(stem=4, width=8, stages=((True,), (False,), (True,)), layers=1)
    with torch.inference_mode():
        assert network(torch.zeros(2, 1, 48, width)).shape == (2, width // 8, 34)
